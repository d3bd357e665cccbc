package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.firstOutput;
import static dev.jobd.worker.TestWorker.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jobd.worker.model.LimitRefusedException;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jobs that need more memory than they have, on a host that swaps. */
@Timeout(180)
class SwapTest {
  private static final long MIB = 1 << 20;
  private static final long MEMORY = 32 * MIB;

  /** Whose buffer dd fills before it writes any of it. */
  private static final String HOLDS_64_MIB = "dd if=/dev/zero bs=64M count=1 2>/dev/null";

  private static final Verdict OUT_OF_MEMORY =
      new Verdict.Killed(9, Verdict.Cause.OUT_OF_MEMORY, null);

  private TestWorker test;

  @BeforeEach
  void open() throws IOException {
    assumeTrue(
        Files.readAllLines(Path.of("/proc/swaps")).size() > 1,
        "swap is off here; it is on in the guest");
    test = TestWorker.open();
  }

  @AfterEach
  void close() throws IOException {
    if (test != null) {
      test.close();
    }
  }

  private Job holder(Limits limits) throws Exception {
    return test.start(shell(HOLDS_64_MIB + " | { head -c 1; sleep 86400; }").limits(limits));
  }

  private static Limits.Builder memory() {
    return Limits.builder().memoryBytes(MEMORY);
  }

  private Verdict verdictOf64Mib(Limits limits) throws Exception {
    return test.start(shell(HOLDS_64_MIB + " > /dev/null").limits(limits)).await().verdict();
  }

  @Test
  void aJobHasNoneWhereItAsksForNone() throws Exception {
    assertThat(verdictOf64Mib(memory().build())).isEqualTo(OUT_OF_MEMORY);
  }

  @Test
  void aJobHasWhatItAsksFor() throws Exception {
    assertThat(verdictOf64Mib(memory().swapBytes(48 * MIB).build()))
        .isEqualTo(new Verdict.Exited(0));
  }

  @Test
  void aJobThatNeedsMoreThanBothIsKilledForWantOfMemory() throws Exception {
    assertThat(verdictOf64Mib(memory().swapBytes(16 * MIB).build())).isEqualTo(OUT_OF_MEMORY);
  }

  @Test
  void aRunningJobKeepsWhatItUsesAndMayHaveMore() throws Exception {
    Job job = holder(memory().swapBytes(48 * MIB).build());
    assertThat(firstOutput(job)).hasSize(1);
    Limits had = job.spec().limits();

    assertThatThrownBy(
            () -> test.worker().changeLimits(job, Limits.builder().swapBytes(MIB).build()))
        .isInstanceOfSatisfying(
            LimitRefusedException.class, e -> assertThat(e.field()).isEqualTo("limits.swap_bytes"))
        .hasMessageContaining("in swap now");
    assertThat(job.spec().limits()).isEqualTo(had);

    Limits more = Limits.builder().swapBytes(64 * MIB).build();
    assertThat(test.worker().changeLimits(job, more).to().swapBytes()).isEqualTo(64 * MIB);
  }
}
