package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.firstOutput;
import static dev.jobd.worker.TestWorker.shell;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Usage;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What jobs have used, as this host's kernel counts it. */
class UsageTest {
  private static final String SPINS = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";

  /** So long that it outlasts many periods of a quota, however slow the processor. */
  private static final String SPINS_FOR_A_SECOND = "timeout 1 sh -c 'while :; do :; done'";

  private TestWorker test;

  @BeforeEach
  void open() throws IOException {
    test = TestWorker.open();
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  @Test
  void anEndedJobHasItsReceipt() throws Exception {
    Job job = test.sh(SPINS + "; (sleep 86400 & first=$!; sleep 86400 & kill $first $!; wait)");

    Usage usage = job.await().usage();

    assertThat(usage.userTime()).isGreaterThan(Duration.ofMillis(10));
    assertThat(usage.systemTime()).isNotNull();
    assertThat(usage.peakMemoryBytes()).isGreaterThan(100_000);
    assertThat(usage.peakPids()).isIn(null, 4L);
    assertThat(usage.memoryBytes()).as("nothing is of the moment").isNull();
    assertThat(usage.pids()).isNull();
    assertThat(job.usage()).isEqualTo(usage);
  }

  @Test
  void theReceiptIsKeptWithTheRecord() throws Exception {
    Usage usage = test.sh(SPINS).await().usage();
    test.restart();

    assertThat(test.worker().list(JobQuery.ALL).items())
        .singleElement()
        .satisfies(
            record ->
                assertThat(test.worker().find(record.id()).orElseThrow().usage()).isEqualTo(usage));
  }

  @Test
  void aJobThatEndedWhileTheWorkerWasAwayHasItsReceipt() throws Exception {
    try (Gate gate = Gate.create(test.directory().resolve("gate"))) {
      Job job = test.sh("echo up; " + gate.pass() + "; " + SPINS);
      assertThat(firstOutput(job)).isEqualTo("up\n");
      test.restart(
          () -> {
            gate.open();
            Directories.awaitMade(job.directory(), "exit");
          });

      Usage usage = test.worker().find(job.id()).orElseThrow().await().usage();

      assertThat(usage.userTime()).isGreaterThan(Duration.ofMillis(10));
    }
  }

  @Test
  void aJobWhoseShimWasKilledHasItsReceipt() throws Exception {
    Job job = test.sh(SPINS + "; echo up; sleep 86400");
    assertThat(firstOutput(job)).isEqualTo("up\n");
    Processes.workingIn(job.directory()).forEach(ProcessHandle::destroyForcibly); // its shim

    assertThat(job.await().verdict()).isInstanceOf(Verdict.Lost.class);
    assertThat(job.await().usage().userTime()).isGreaterThan(Duration.ofMillis(10));
  }

  @Test
  void aRunningJobTellsWhatItUsesNow() throws Exception {
    Job job =
        test.sh("head -c 20000000 /dev/zero | tail -c 1 | od; echo up >&2; sleep 86400 & wait");
    assertThat(firstOutput(job)).isNotEmpty();

    Usage usage = job.usage();

    assertThat(usage.pids()).isBetween(1L, 5L);
    assertThat(usage.memoryBytes()).isPositive();
    assertThat(usage.peakMemoryBytes()).isGreaterThanOrEqualTo(usage.memoryBytes());
    assertThat(job.outputBytes()).isPositive();
  }

  @Test
  void timeForWhichAQuotaHeldAJobBackIsCounted() throws Exception {
    Limits limits = new Limits(100L, null, null, null, null);
    Job job = test.start(shell(SPINS_FOR_A_SECOND).limits(limits));

    assertThat(job.await().usage().throttledTime()).isGreaterThan(Duration.ofMillis(10));
  }

  @Test
  void aCgroup2TreeTellsPressure() throws Exception {
    assumeTrue(
        Files.exists(Path.of("/proc/pressure/cpu")), "the kernel was built or booted without PSI");
    assumeTrue(!test.worker().cgroupMode().equals("v1"), "pressure is not counted by cgroup v1");
    Job job =
        test.start(
            shell(SPINS_FOR_A_SECOND + " & " + SPINS_FOR_A_SECOND + " & wait")
                .limits(new Limits(500L, null, null, null, null)));

    Usage usage = job.await().usage();

    assertThat(usage.cpuPressure()).isNotNull();
    assertThat(usage.memoryPressure()).isNotNull();
    assertThat(usage.ioPressure()).isNotNull();
    assertThat(requireNonNull(usage.cpuPressure()).some()).isPositive();
  }

  @Test
  void aStoppedJobHasItsReceiptToo() throws Exception {
    Job job = test.sh("sleep 86400");
    job.stop(StopRequest.kill("test"));
    assertThat(job.await().usage()).isNotEqualTo(Usage.UNKNOWN);
  }
}
