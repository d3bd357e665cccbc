package dev.jobd.worker;

import static dev.jobd.worker.LiveLimitsTest.inForce;
import static dev.jobd.worker.TestWorker.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** Limits that change while jobs run, under maxima and quotas. */
class LiveLimitPolicyTest {
  private static final long MIB = 1 << 20;
  private static final Limits STANDARD = memory(64);

  private TestWorker test;

  @BeforeEach
  void open() throws IOException {
    test = TestWorker.open();
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  private void restartWith(Limits maxima, long memoryQuota) throws IOException {
    Quotas quotas = new Quotas(null, null, null, memoryQuota * MIB, null, null);
    test.restart(config -> config.withLimits(LimitPolicy.of(STANDARD, maxima, quotas)));
  }

  private static Limits memory(long mebibytes) {
    return Limits.builder().memoryBytes(mebibytes * MIB).build();
  }

  private static Limits pids(long count) {
    return Limits.builder().pids(count).build();
  }

  private Job sleeper() throws Exception {
    return test.sh("sleep 86400");
  }

  private void change(Job job, Limits asked) throws IOException {
    test.worker().changeLimits(job, asked);
  }

  private void assertExceedsQuota(Job job, Limits asked) {
    assertThatThrownBy(() -> change(job, asked))
        .isInstanceOfSatisfying(
            QuotaExceededException.class, e -> assertThat(e.quota()).isEqualTo("memory"));
  }

  private static void assertMemory(Job job, long mebibytes) throws IOException {
    assertThat(job.spec().limits().memoryBytes()).isEqualTo(mebibytes * MIB);
    assertThat(inForce(job, "memory.limit_in_bytes", "memory.max"))
        .isEqualTo(Long.toString(mebibytes * MIB));
  }

  @Test
  void whatIsAboveTheMaximumIsRefusedByItsFieldAndNothingOfItDone() throws Exception {
    restartWith(memory(256), 1024);
    Job job = sleeper();

    assertThatThrownBy(() -> change(job, pids(5).orElse(memory(257))))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessage(
            "limits.memory_bytes: must be at most 268435456, the maximum here, was 269484032");

    assertMemory(job, 64);
    assertThat(inForce(job, "pids.max")).isNotEqualTo("6");
    change(job, memory(256));
    assertMemory(job, 256);
  }

  @Test
  void theMaximumOfADiskHoldsByWhateverNameItIsAskedFor() throws Exception {
    String disk;
    Job job;
    try {
      job =
          test.start(
              shell("sleep 86400")
                  .workingDirectory(test.directory().toString())
                  .limits(writing(null, 20_000)));
      disk = job.spec().limits().io().getFirst().device();
    } catch (InvalidSpecException e) {
      throw new TestAbortedException("the worker's directory is on no disk: " + e.getMessage(), e);
    }
    restartWith(writing(disk, 10_000), 1024);
    Job again = test.worker().find(job.id()).orElseThrow();

    for (@Nullable String name : new String[] {null, disk, test.directory().toString()}) {
      assertThatThrownBy(() -> change(again, writing(name, 10_001)))
          .isInstanceOf(InvalidSpecException.class)
          .hasMessageContaining("write_bps: must be at most 10000, the maximum here, was 10001");
    }
    change(again, writing(null, 9_999));
    assertThat(inForce(again, "blkio.throttle.write_bps_device", "io.max")).contains("9999");
  }

  private static Limits writing(@Nullable String device, long bytesPerSecond) {
    return Limits.NONE.withIo(List.of(new IoLimit(device, null, bytesPerSecond, null, null)));
  }

  @Test
  void aLimitOfBeforeThatIsAboveAMaximumOfNowKeepsNoOtherFromBeingChanged() throws Exception {
    Job job = test.start(shell("sleep 86400").limits(memory(512)));
    restartWith(memory(256), 1024);
    Job again = test.worker().find(job.id()).orElseThrow();

    change(again, pids(5));

    assertMemory(again, 512);
    assertThat(inForce(again, "pids.max")).isEqualTo("6");
  }

  @Test
  void whatIsAboveTheQuotaIsRefusedAndWhatIsGivenBackIsThereForOthers() throws Exception {
    restartWith(Limits.NONE, 256);
    Job first = sleeper();
    Job second = sleeper();

    assertExceedsQuota(first, memory(193));
    assertMemory(first, 64);
    change(first, memory(192));
    assertThatThrownBy(this::sleeper).isInstanceOf(QuotaExceededException.class);
    assertExceedsQuota(second, memory(65));
    change(first, memory(128));
    Job third = sleeper();

    assertMemory(first, 128);
    assertMemory(third, 64);
  }

  @Test
  void raisesAtOnceDoNotExceedAQuotaTogether() throws Exception {
    int jobs = 8;
    restartWith(Limits.NONE, jobs * 64 + 3 * 64);
    CyclicBarrier together = new CyclicBarrier(jobs);
    List<Future<Void>> raises = new ArrayList<>();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < jobs; i++) {
        Job job = sleeper();
        raises.add(
            callers.submit(
                () -> {
                  together.await();
                  change(job, memory(128));
                  return null;
                }));
      }
    }

    assertThat(raises.stream().filter(raise -> raise.state() == Future.State.SUCCESS)).hasSize(3);
    assertThat(raises.stream().filter(raise -> raise.state() == Future.State.FAILED))
        .hasSize(jobs - 3)
        .allSatisfy(
            raise -> assertThat(raise.exceptionNow()).isInstanceOf(QuotaExceededException.class));
    assertThatThrownBy(this::sleeper).isInstanceOf(QuotaExceededException.class);
  }

  @Test
  void aChangeThatCameToNothingTakesNothingOfTheQuota() throws Exception {
    restartWith(Limits.NONE, 256);
    Job job = sleeper();
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> change(job, Limits.builder().memoryBytes(192 * MIB).nice(5).build()))
          .isInstanceOf(InvalidSpecException.class);
      assertExceedsQuota(job, memory(257));
    }

    test.start(shell("sleep 86400").limits(memory(192)));
  }

  @Test
  void whatWasChangedCountsAsItIsAfterARestart() throws Exception {
    restartWith(Limits.NONE, 256);
    Job first = sleeper();
    change(first, memory(192));
    restartWith(Limits.NONE, 256);

    assertMemory(test.worker().find(first.id()).orElseThrow(), 192);
    Job second = sleeper();
    assertExceedsQuota(second, memory(65));
    change(test.worker().find(first.id()).orElseThrow(), memory(128));
    change(second, memory(128));
  }

  @Test
  void anEndGivesBackWhatTheLimitsHadGrownTo() throws Exception {
    restartWith(Limits.NONE, 256);
    Job first = sleeper();
    change(first, memory(256));
    first.stop(StopRequest.kill("test"));
    first.await();

    change(sleeper(), memory(256));
  }
}
