package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.firstOutput;
import static dev.jobd.worker.TestWorker.shell;
import static dev.jobd.worker.TestWorker.text;
import static dev.jobd.worker.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jobd.worker.model.CpuSet;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** What a job is bounded by, it cannot pass: real jobs under the kernel that this runs on. */
class JobLimitsTest {
  private static final Verdict OUT_OF_MEMORY =
      new Verdict.Killed(9, Verdict.Cause.OUT_OF_MEMORY, null);
  private static final Limits LITTLE_MEMORY = Limits.builder().memoryBytes(32L << 20).build();

  private static final int BOUND_SECONDS = 60;

  /** Who cannot fork ends, and makes room for who can: so it never dies out. */
  static final String FORK_BOMB =
      "bomb() { while :; do bomb & done; }; bomb 2>/dev/null & echo lit; exec sleep 86400";

  /** That nobody tells: the last child waits uninterruptibly, or has ended. */
  private static final String AWAIT_WAITING =
      "until grep -q '^State:.[DZ]' /proc/$!/status; do :; done; ";

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
  void aChildThatRunsOutOfMemoryTakesTheWholeJobWithIt() throws Exception {
    Job job = test.start(shell("tail /dev/zero & exec sleep 86400").limits(LITTLE_MEMORY));
    assertThat(job.await().verdict()).isEqualTo(OUT_OF_MEMORY);
  }

  @Test
  void aKillThatIsNotForWantOfMemoryIsNotCalledSo() throws Exception {
    Job job = test.start(shell("kill -9 $$").limits(LITTLE_MEMORY));
    assertThat(job.await().verdict()).isEqualTo(new Verdict.Killed(9, Verdict.Cause.OTHER, null));
    assertThat(test.start(shell("exit 137").limits(LITTLE_MEMORY)).await().verdict())
        .isEqualTo(new Verdict.Exited(137));
  }

  @RepeatedTest(5)
  void aJobThatAllocatesAtOnceDoesNotPassItsMemory() throws Exception {
    Job job = test.start(JobSpec.builder(List.of("tail", "/dev/zero")).limits(LITTLE_MEMORY));
    assertThat(job.await().verdict()).isEqualTo(OUT_OF_MEMORY);
  }

  @RepeatedTest(5)
  void aJobThatForksAtOnceDoesNotPassItsProcesses() throws Exception {
    String script = "for i in 1 2 3 4 5 6 7 8; do sleep 86400 & echo $i; done";
    Job job = test.start(shell(script).limits(Limits.builder().pids(4L).build()));
    assertThat(text(job)).startsWith("1\n2\n3\n").doesNotContain("4\n");
    job.await();
  }

  @Test
  void aForkBombIsKilledWhole() throws Exception {
    Limits limits = Limits.builder().pids(64L).build();
    Job job = test.start(shell(FORK_BOMB).limits(limits));
    assertThat(firstOutput(job)).isEqualTo("lit\n");
    int command = ((JobState.Running) job.state()).command().pid();
    Path namespace = Files.readSymbolicLink(Path.of("/proc/" + command + "/ns/pid"));
    job.stop(StopRequest.kill("alice"));
    JobState.Ended ended = job.ended().toCompletableFuture().get(BOUND_SECONDS, TimeUnit.SECONDS);
    assertThat(ended.verdict())
        .isEqualTo(new Verdict.Killed(9, Verdict.Cause.STOP_REQUEST, "alice"));
    assertThat(Processes.in(namespace)).isEmpty();
  }

  @Test
  void theCommandIsAsNiceAsItWasAskedToBe() throws Exception {
    assertThat(text(test.start(shell("nice").limits(Limits.builder().nice(5).build()))))
        .isEqualTo("5\n");
  }

  @Test
  void aJobRunsOnItsProcessorsAlone() throws Exception {
    String allowed = "grep Cpus_allowed_list /proc/self/status";
    String all = text(test.sh(allowed)).split("\\s+", 3)[1];
    int last = Integer.parseInt(all.replaceAll(".*[-,]", ""));
    Limits limits = Limits.builder().cpuset(new CpuSet("" + last)).build();
    assertThat(text(test.start(shell(allowed).limits(limits))).split("\\s+", 3)[1])
        .isEqualTo("" + last);
  }

  @Test
  void processorsThatTheHostDoesNotHaveAreRefused() throws Exception {
    refused("limits.cpuset", Limits.builder().cpuset(new CpuSet("8191")).build());
  }

  @Test
  void devicesThatAreNoDisksAreRefused() throws Exception {
    for (String device : List.of("/no/such/device", "nosuchdisk", "/dev/null", "/proc")) {
      refused(
          "limits.io[0].device",
          Limits.builder().io(List.of(new IoLimit(device, 4096L, null, null, null))).build());
    }
  }

  @Test
  void swapWithoutMemoryIsRefused() throws Exception {
    refused("limits.swap_bytes", Limits.builder().swapBytes(1L << 30).build());
  }

  @Test
  void aDiskIsRecordedByTheKernelsName() throws Exception {
    assumeOnDisk();
    Limits limits = writing(IoLimit.MAX_BPS);
    Job job = test.start(onDisk("true").limits(limits));
    IoLimit recorded = job.spec().limits().io().getFirst();
    assertThat(Path.of("/sys/class/block/" + recorded.device())).exists();
    assertThat(recorded.writeBps()).isEqualTo(IoLimit.MAX_BPS);
    job.await();
  }

  @RepeatedTest(3)
  void aJobThatWritesAtOnceDoesNotPassItsRate() throws Exception {
    assumeOnDisk();
    long perSecond = 1 << 20;
    // It ends by itself: one that is ended may write without bounds until it is.
    String write = "dd if=/dev/zero of=file bs=64K count=32 oflag=direct 2>/dev/null";
    Job job = test.start(onDisk(write).limits(writing(perSecond)));
    JobState.Ended ended = job.await();
    JobState.Command command = Objects.requireNonNull(ended.command());
    double seconds = Duration.between(command.startedAt(), ended.at()).toMillis() / 1000.0;
    assertThat((double) Files.size(test.directory().resolve("file")))
        .isEqualTo(2 << 20)
        .isLessThan(perSecond * seconds * 1.1 + (64 << 10));
  }

  /** Who waits for his turn on a disk cannot be killed: so he must not have to wait any more. */
  @Test
  void aJobThatWaitsByItsRateIsStoppedAtOnce() throws Exception {
    assumeOnDisk();
    // With its bounds lifted, what waits may be done before the kill comes: the job is not, then.
    String write = "echo begins; dd if=/dev/zero of=file bs=4M count=1 oflag=direct; sleep 86400";
    Job job = test.start(onDisk(write).limits(writing(IoLimit.MIN_BPS)));
    assertThat(firstOutput(job)).isEqualTo("begins\n");
    job.stop(StopRequest.kill("alice"));
    assertThat(job.ended().toCompletableFuture().get(BOUND_SECONDS, TimeUnit.SECONDS).verdict())
        .isEqualTo(new Verdict.Killed(9, Verdict.Cause.STOP_REQUEST, "alice"));
  }

  @Test
  void whatACommandLeavesWaitingByItsRateEndsWithIt() throws Exception {
    assumeOnDisk();
    String write =
        "dd if=/dev/zero of=file bs=4M count=1 oflag=direct & " + AWAIT_WAITING + "exit 3";
    Job job = test.start(onDisk(write).limits(writing(IoLimit.MIN_BPS)));
    assertThat(job.ended().toCompletableFuture().get(BOUND_SECONDS, TimeUnit.SECONDS).verdict())
        .isEqualTo(new Verdict.Exited(3));
  }

  /** The command waits for its disk, and what takes all the memory is another. */
  @Test
  void aJobThatRunsOutOfMemoryDoesNotWaitForItsRate() throws Exception {
    assumeOnDisk();
    String hog = "(until grep -q '^State:.D' /proc/$$/status; do :; done; exec tail /dev/zero) & ";
    String write = "exec dd if=/dev/zero of=file bs=4M oflag=direct";
    Limits limits =
        Limits.builder().io(writing(IoLimit.MIN_BPS).io()).memoryBytes(32L << 20).build();
    Job job = test.start(onDisk(hog + write).limits(limits));
    assertThat(job.ended().toCompletableFuture().get(BOUND_SECONDS, TimeUnit.SECONDS).verdict())
        .isEqualTo(OUT_OF_MEMORY);
  }

  private static Limits writing(long perSecond) {
    return Limits.builder().io(List.of(new IoLimit(null, null, perSecond, null, null))).build();
  }

  /** A job whose files are in the worker's own directory. */
  private JobSpec.Builder onDisk(String script) {
    return shell(script).workingDirectory(test.directory().toString());
  }

  /** Skips the test, with the reason, where the worker's directory is on no disk. */
  private void assumeOnDisk() throws Exception {
    try {
      test.start(onDisk("true").limits(writing(IoLimit.MAX_BPS))).await();
    } catch (InvalidSpecException e) {
      assumeTrue(false, e.getMessage());
    }
  }

  private void refused(String field, Limits limits) throws IOException {
    assertRefused(field, () -> test.start(shell("true").limits(limits)));
    assertThat(test.worker().list(JobQuery.ALL).items()).isEmpty();
  }
}
