package dev.jobd.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.read.ListAppender;
import dev.jobd.server.rpc.JobLog;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MarkerFactory;

class LogBudgetTest {
  private final LoggerContext context = new LoggerContext();
  private final ListAppender<ILoggingEvent> written = new ListAppender<>();
  private final Logger log = context.getLogger("a");
  private Instant now = Instant.EPOCH;

  @BeforeEach
  void start() {
    context.addTurboFilter(new LogBudget(() -> now));
    written.start();
    context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(written);
  }

  @Test
  void whatIsTooMuchInAMinuteIsLeftOutAndCountedInTheNext() {
    for (int i = 0; i < 100; i++) {
      log.warn("line {}", i);
    }
    assertThat(written.list).hasSize(LogBudget.LINES);
    now = now.plusSeconds(60);
    log.warn("later");
    assertThat(messages().subList(LogBudget.LINES, written.list.size()))
        .containsExactly("40 events were left out: too many in a minute", "later");
  }

  @Test
  void howMuchWasLeftOutIsSaidAmongAsManyWarningsAsThereMayBe() {
    for (int i = 0; i < 100; i++) {
      log.info("line {}", i);
    }
    now = now.plusSeconds(60);
    for (int i = 0; i < 100; i++) {
      log.warn("line {}", i);
    }
    log.info("later");
    assertThat(messages()).endsWith("40 events were left out: too many in a minute", "later");
  }

  @Test
  void howMuchWasLeftOutIsSaidByALoggerForErrorsAlone() {
    log.setLevel(Level.ERROR);
    for (int i = 0; i < 100; i++) {
      log.error("line {}", i);
    }
    now = now.plusSeconds(60);
    log.error("later");
    assertThat(messages()).endsWith("40 events were left out: too many in a minute", "later");
  }

  @Test
  void stackTracesCountForWhatTheyFill() {
    for (int i = 0; i < 100; i++) {
      log.error("incident {}", i, new IllegalStateException("fault"));
    }
    assertThat(written.list).hasSize(LogBudget.LINES / LogBudget.LINES_OF_A_TRACE);
  }

  @Test
  void oneLoggerDoesNotSilenceAnother() {
    for (int i = 0; i < 100; i++) {
      log.warn("line");
    }
    context.getLogger("b").warn("other");
    assertThat(messages()).endsWith("other");
  }

  @Test
  void whatIsUsualDoesNotPushOutAWarning() {
    for (int i = 0; i < 100; i++) {
      log.info("line");
    }
    log.warn("lost");
    assertThat(messages()).endsWith("lost");
  }

  @Test
  void jobsHaveALargerBudgetThanFaults() {
    Logger jobs = context.getLogger(JobLog.NAME);
    for (int i = 0; i < 2 * LogBudget.LINES_OF_JOBS; i++) {
      jobs.info("job {}", i);
    }
    assertThat(written.list).hasSize(LogBudget.LINES_OF_JOBS);
  }

  @Test
  void oneUserDoesNotUseUpTheLinesOfAllAndWhatIsLeftOutOfThemIsCounted() {
    Logger jobs = context.getLogger(JobLog.NAME);
    for (int i = 0; i < 2 * LogBudget.LINES_OF_JOBS; i++) {
      jobs.info(MarkerFactory.getDetachedMarker("eve"), "limited");
    }
    jobs.info(MarkerFactory.getDetachedMarker("alice"), "started");

    assertThat(written.list).hasSize(LogBudget.LINES_OF_A_USER + 1);
    assertThat(messages()).endsWith("started");
    now = now.plusSeconds(60);
    jobs.info(MarkerFactory.getDetachedMarker("alice"), "ended");
    assertThat(messages().subList(LogBudget.LINES_OF_A_USER + 1, written.list.size()))
        .containsExactly("2100 events of eve were left out: too many in a minute", "ended");
  }

  @Test
  void theLinesOfAllUsersAreBoundedTogether() {
    Logger jobs = context.getLogger(JobLog.NAME);
    for (int i = 0; i < LogBudget.LINES_OF_JOBS + 7; i++) {
      jobs.info(MarkerFactory.getDetachedMarker("user" + i), "started");
    }
    assertThat(written.list).hasSize(LogBudget.LINES_OF_JOBS);
    now = now.plusSeconds(60);
    jobs.info("later");
    assertThat(messages()).endsWith("7 events were left out: too many in a minute", "later");
  }

  @Test
  void failuresOfPeersAreALineEach() throws Exception {
    PrintStream before = System.err;
    ByteArrayOutputStream captured = new ByteArrayOutputStream();
    System.setErr(new PrintStream(captured, true, StandardCharsets.UTF_8));
    try {
      LoggerContext shipped = new LoggerContext();
      shipped.setMDCAdapter(new LogbackMDCAdapter());
      JoranConfigurator configurator = new JoranConfigurator();
      configurator.setContext(shipped);
      configurator.doConfigure(LogBudget.class.getResource("/logback.xml"));
      for (int i = 0; i < 100; i++) {
        shipped
            .getLogger("io.netty.channel.Tail")
            .warn("handshake", new java.io.IOException("Empty client\ncertificate chain"));
      }
      shipped.stop();
    } finally {
      System.setErr(before);
    }
    List<String> lines = captured.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines)
        .hasSizeBetween(1, LogBudget.LINES)
        .allSatisfy(
            line ->
                assertThat(line)
                    .contains(
                        "WARN  Tail: handshake java.io.IOException: Empty client certificate"));
  }

  private List<String> messages() {
    return written.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
