package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Verdict;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits that a worker is configured with, on this host. */
class ConfiguredLimitsTest {
  private static final Limits SWAP = Limits.builder().swapBytes(0L).build();

  @TempDir private Path directory;

  private void assertRefused(Limits defaults, Limits maxima, String message) {
    WorkerConfig config =
        WorkerConfig.of(directory, TestWorker.SHIM)
            .withLimits(LimitPolicy.of(defaults, maxima, Quotas.NONE));
    assertThatThrownBy(() -> Worker.open(config).close())
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void aWorkerIsNotOpenedWithLimitsThatThisHostCannotEnforce() {
    Limits gone = Limits.NONE.withIo(List.of(new IoLimit("/gone", 1L << 20, null, null, null)));

    assertRefused(SWAP, Limits.NONE, "default_limits.swap_bytes: needs a memory limit beside it");
    assertRefused(
        gone, Limits.NONE, "default_limits.io[/gone].device: must be a disk, or on one, was /gone");
    assertRefused(
        Limits.NONE, gone, "max_limits.io[/gone].device: must be a disk, or on one, was /gone");
  }

  @Test
  void aDefaultForTheDiskOfAJobsFilesKeepsNoJobFromTheirPlace() throws Exception {
    Limits own = Limits.NONE.withIo(List.of(new IoLimit(null, IoLimit.MAX_BPS, null, null, null)));
    try (TestWorker test = TestWorker.open()) {
      test.restart(config -> config.withDefaultLimits(own));

      Job job = test.start(shell("true").workingDirectory("/dev/shm"));

      assertThat(job.spec().limits().io()).isEmpty();
      assertThat(job.await().verdict()).isEqualTo(new Verdict.Exited(0));
    }
  }

  @Test
  void aDefaultForADiskThatCannotBeToldRefusesTheStartRatherThanVanish() throws Exception {
    Limits own = Limits.NONE.withIo(List.of(new IoLimit(null, IoLimit.MAX_BPS, null, null, null)));
    try (TestWorker test = TestWorker.open()) {
      test.restart(config -> config.withDefaultLimits(own));

      assertThatThrownBy(() -> test.start(shell("true").workingDirectory("/proc/self/root")))
          .isInstanceOf(InvalidSpecException.class)
          .hasMessage(
              "working_directory: must be where its disk can be told, which default_limits bound:"
                  + " it must be a disk, or on one, was /proc/self/root: its file system (proc)"
                  + " does not tell its disk; use another directory, or have default_limits name"
                  + " the disk");
    }
  }

  @Test
  void swapHoldsTogetherWithTheMemoryThatAMaximumGives() throws Exception {
    Limits maxima = Limits.builder().memoryBytes(64L << 20).build();
    try (TestWorker test = TestWorker.open()) {
      test.restart(config -> config.withLimits(LimitPolicy.of(Limits.NONE, maxima, Quotas.NONE)));

      Limits granted = test.start(shell("true").limits(SWAP)).spec().limits();

      assertThat(granted.swapBytes()).isZero();
      assertThat(granted.memoryBytes()).isEqualTo(64L << 20);
    }
  }
}
