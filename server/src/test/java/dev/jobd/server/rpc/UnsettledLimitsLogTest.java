package dev.jobd.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.jobd.server.auth.Caller;
import dev.jobd.worker.LimitChange;
import dev.jobd.worker.LimitsUnsettledException;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Limits;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What an operator reads where it is open which limits a job has. */
class UnsettledLimitsLogTest {
  private static final Caller OLIVIA = new Caller("olivia", "admin");

  private final JobRecord job = Samples.record(new JobState.Running(Samples.COMMAND));
  private final Logger logger = (Logger) LoggerFactory.getLogger(JobLog.NAME);
  private final ListAppender<ILoggingEvent> written = new ListAppender<>();

  @BeforeEach
  void listen() {
    written.start();
    logger.addAppender(written);
  }

  @AfterEach
  void leave() {
    logger.detachAppender(written);
  }

  private static Limits limits(long memory, long readBps) {
    return Limits.builder()
        .memoryBytes(memory << 20)
        .pids(10L)
        .io(List.of(new IoLimit("sda", readBps << 20, null, null, null)))
        .build();
  }

  private String line(@Nullable LimitChange change) {
    new JobLog()
        .limitsUnsettled(
            OLIVIA,
            job,
            LimitsUnsettledException.underWay(job.id(), change, Duration.ofSeconds(12)));
    return written.list.getFirst().toString();
  }

  @Test
  void aLineSaysWhatMayHaveChangedFromWhatToWhat() {
    assertThat(line(new LimitChange(limits(64, 1), limits(128, 2))))
        .isEqualTo(
            "[WARN] job "
                + job.id()
                + " (build-1) of alice may be limited in part by olivia: memory from 64M to 128M,"
                + " read_bps of sda from 1M to 2M");
  }

  @Test
  void aLineSaysWhoseChangeItIsWhereThatIsAllThatIsKnown() {
    assertThat(line(null)).endsWith("of alice may be limited in part by olivia");
  }
}
