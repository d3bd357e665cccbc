package dev.jobd.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.google.protobuf.util.Durations;
import dev.jobd.api.v1.DeleteJobRequest;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.Limits;
import dev.jobd.api.v1.StopJobRequest;
import dev.jobd.api.v1.UpdateLimitsRequest;
import dev.jobd.server.rpc.JobLog;
import dev.jobd.worker.StopRequest;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What an operator reads of jobs in the server's log. */
class JobLogTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  private final Logger logger = (Logger) LoggerFactory.getLogger(JobLog.NAME);
  private final Lines lines = new Lines();

  private static final class Lines extends AppenderBase<ILoggingEvent> {
    private final BlockingQueue<String> written = new LinkedBlockingQueue<>();
    private final Queue<String> markers = new ConcurrentLinkedQueue<>();

    @Override
    protected void append(ILoggingEvent event) {
      event.getMarkerList().forEach(marker -> markers.add(marker.getName()));
      written.add(event.getLevel() + " " + event.getFormattedMessage());
    }

    /** Ends of jobs are told before they are logged. */
    String next() throws InterruptedException {
      String line = written.poll(TestServer.BOUND_SECONDS, TimeUnit.SECONDS);
      assertThat(line).as("a line").isNotNull();
      return line;
    }
  }

  @BeforeEach
  void listen() {
    logger.setLevel(Level.INFO);
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void leave() {
    logger.detachAppender(lines);
    logger.setLevel(null);
  }

  /** What a job's lines begin with, of which the first says that it was started. */
  private String started(Job job, String whose, String program) throws InterruptedException {
    String subject = "INFO job " + job.getId() + whose;
    assertThat(lines.next()).isEqualTo(subject + "started: " + program);
    return subject;
  }

  @Test
  void aJobsStartAndEndAreALineEachWithoutItsSecrets() throws Exception {
    try (TestServer server = TestServer.start()) {
      Client alice = new Client(server.connect("alice", "user"));
      Job job =
          alice.start(
              JobSpec.newBuilder()
                  .setName("build")
                  .addAllArgv(List.of("sh", "-c", "exit 3 # hunter2"))
                  .putEnv("TOKEN", "hunter2"));

      String subject = started(job, " (build) of alice ", "sh");
      assertThat(lines.next())
          .matches("\\Q" + subject + "\\Eended after \\d+\\.\\d s: exit code 3");
      alice.stub().deleteJob(DeleteJobRequest.newBuilder().setJob(job.getId()).build());
      assertThat(lines.next()).isEqualTo(subject + "is deleted by alice");
    }
  }

  @Test
  void whoStopsAndLimitsAJobIsNamedWithWhatChanges() throws Exception {
    try (TestServer server = TestServer.start()) {
      Client alice = new Client(server.connect("alice", "user"));
      Client admin = new Client(server.connect("olivia", "admin"));
      Job job =
          alice.start(
              JobSpec.newBuilder()
                  .addAllArgv(List.of("sleep", "1000"))
                  .setLimits(Limits.newBuilder().setPids(20).setMemoryBytes(64 << 20)));
      String subject = started(job, " of alice ", "sleep");

      Limits.Builder limits = Limits.newBuilder().setMemoryBytes(128 << 20).setCpuMillis(500);
      admin
          .stub()
          .updateLimits(
              UpdateLimitsRequest.newBuilder().setJob(job.getId()).setLimits(limits).build());
      assertThat(lines.next())
          .isEqualTo(
              subject + "is limited by olivia: cpus from none to 0.5, memory from 64M to 128M");

      admin
          .stub()
          .stopJob(
              StopJobRequest.newBuilder()
                  .setJob(job.getId())
                  .setSignal(15)
                  .setGrace(Durations.fromSeconds(10))
                  .build());
      assertThat(lines.next())
          .isEqualTo(subject + "is stopped by olivia: signal 15, killed after 10 s");
      assertThat(lines.next())
          .matches("\\Q" + subject + "\\Eended after .* s: stopped by olivia \\(signal 15\\)");
    }
  }

  @Test
  void aStopThatIsAskedForAgainAsItWasIsNoNews() throws Exception {
    JobLog log = new JobLog();
    JobRecord job = record("sleep", new JobState.Starting());
    String subject = "INFO job " + job.id() + " of alice is stopped by ";

    for (int i = 0; i < 100; i++) {
      log.stopAsked(job, new StopRequest("alice", 15, Duration.ZERO));
    }
    log.stopAsked(job, StopRequest.kill("olivia"));

    assertThat(lines.next()).isEqualTo(subject + "alice: signal 15");
    assertThat(lines.next()).isEqualTo(subject + "olivia: signal 9");
    assertThat(lines.written).isEmpty();
  }

  @Test
  void whatWouldMoveTheCursorOrBreakTheLineIsShownAsAQuestionMark() throws Exception {
    JobRecord job = record("a\u0085b\u009b2Jc\u001b\u2028\u202e🙂", new JobState.Starting());

    new JobLog().started(job);

    assertThat(lines.next()).isEqualTo("INFO job " + job.id() + " of alice started: a?b?2Jc???🙂");
  }

  @Test
  void eachLineSaysWhoseDoingItIs() throws Exception {
    JobLog log = new JobLog();
    JobRecord job = record("sleep", new JobState.Starting());

    log.started(job);
    log.stopAsked(job, StopRequest.kill("olivia"));

    assertThat(lines.markers).containsExactly("alice", "olivia");
  }

  @Test
  void aJobThatIsLostIsAWarningOnOneLine() throws Exception {
    JobRecord record =
        record("true", new JobState.Ended(null, NOW, new Verdict.Lost("its shim\nended")));

    new JobLog().ended(record);

    assertThat(lines.next())
        .isEqualTo("WARN job " + record.id() + " of alice ended: lost (its shim?ended)");
  }

  private static JobRecord record(String program, JobState state) {
    return new JobRecord(
        JobId.random(),
        new Owner("alice"),
        dev.jobd.worker.model.JobSpec.of(program),
        NOW,
        state,
        OutputSize.NONE);
  }
}
