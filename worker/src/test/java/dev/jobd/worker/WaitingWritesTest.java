package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.cgroup.MemoryTree;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.LimitRefusedException;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.store.JobStore;
import dev.jobd.worker.store.SqliteJobStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Changes of limits whose write waits in the kernel: in a tree of plain files, a FIFO is where it
 * takes memory back. A write to one that is full can be interrupted, to open one that nobody reads
 * cannot.
 */
@Timeout(180)
@Tag("host-only")
class WaitingWritesTest {
  private static final long MIB = 1 << 20;
  private static final int BOUND_SECONDS = 60;
  private static final String SWAPPED = "memory.swap.current";
  private static final Limits BEFORE = limits(128, 1);
  private static final Limits ASKED = limits(64, 2);

  /** So long that a slow machine begins, and undoes, what is called off. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  @TempDir private Path directory;
  private final HeardLogger logger = new HeardLogger();
  private final ExecutorService calls = Executors.newCachedThreadPool();
  private StateDirectory state;
  private JobStore store;
  private Path group;
  private Path reclaim;
  private Job job;
  private LiveLimits limits;

  /** That of the change that {@link #beginChange} has begun. */
  private final CompletableFuture<Thread> changing = new CompletableFuture<>();

  @BeforeEach
  void make() throws Exception {
    state = StateDirectory.open(directory.resolve("state"), logger);
    store = SqliteJobStore.open(state.database());
    JobRecord record =
        new JobRecord(
            JobId.random(),
            TestWorker.ALICE,
            JobSpec.builder(List.of("true")).limits(BEFORE).build(),
            Instant.now(),
            new JobState.Starting(),
            OutputSize.NONE);
    job = Job.live(record, new Outputs(state, store, WorkerConfig.DEFAULT_CHUNK_BYTES));
    LiveJobs jobs = new LiveJobs(new QuotaLedger(LimitPolicy.DEFAULT, System::nanoTime), _ -> {});
    jobs.admit(job);
    group = directory.resolve("group");
    limits =
        new LiveLimits(
            job,
            MemoryTree.make(group, BEFORE, 100 * MIB),
            _ -> CompletableFuture.completedFuture(true),
            jobs,
            () -> {},
            logger);
    reclaim = fifo("memory.reclaim");
  }

  /** Lets whatever still waits go on. */
  @AfterEach
  void close() throws Exception {
    try (var _ = open(reclaim);
        var _ = open(group.resolve(SWAPPED))) {
      calls.close();
    }
    store.close();
    state.close();
  }

  private static Limits limits(long memory, long swap) {
    return Limits.builder().memoryBytes(memory * MIB).swapBytes(swap * MIB).build();
  }

  private Path fifo(String name) throws Exception {
    Path fifo = group.resolve(name);
    Files.deleteIfExists(fifo);
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).inheritIO().start().waitFor())
        .isZero();
    return fifo;
  }

  /** For both, so that it waits for nobody else to open it. */
  private static FileChannel open(Path fifo) throws IOException {
    return FileChannel.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** As long as the answer is open, who writes there waits. */
  private FileChannel full() throws IOException, InterruptedException {
    FileChannel fifo = open(reclaim);
    new ProcessBuilder("dd", "if=/dev/zero", "bs=4096", "oflag=nonblock")
        .redirectOutput(reclaim.toFile())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
    return fifo;
  }

  private String held(String file) throws IOException {
    return Files.readString(group.resolve(file));
  }

  @Test
  void aWriteThatWaitsIsCalledOffInTimeAndWhatWasChangedBeforeItIsUndone() throws Exception {
    LimitChanges changes = new LimitChanges(PATIENCE, logger);
    try (var _ = full()) {
      assertThatThrownBy(
              () ->
                  changes.run(job.id(), job.owner(), steps -> limits.change(ASKED, _ -> {}, steps)))
          .isInstanceOfSatisfying(
              LimitRefusedException.class,
              e -> {
                assertThat(e.field()).isEqualTo("limits.memory_bytes");
                assertThat(e.problem()).startsWith("cannot be held now: the job takes memory as");
              })
          .as("it looked again after the write")
          .hasRootCauseMessage(
              "limits.memory_bytes: must be at least 104857600, which the job uses now and cannot"
                  + " give back, was 67108864");
    }
    assertThat(held("memory.swap.max")).isEqualTo(MIB + "");
    assertThat(held("memory.max")).isEqualTo(128 * MIB + "");
    assertThat(job.spec().limits()).isEqualTo(BEFORE);

    Limits higher = limits(200, 2);
    assertThat(changes.run(job.id(), job.owner(), s -> limits.change(higher, _ -> {}, s)).to())
        .isEqualTo(higher);
    assertThat(held("memory.max")).isEqualTo(200 * MIB + "");
  }

  @Test
  void theEndOfAJobCallsOffAWriteThatWaits() throws Exception {
    try (var _ = full()) {
      Future<LimitChange> change = beginChange(LimitChanges.PATIENCE);

      Thread end = Thread.ofVirtual().start(limits::end);

      assertThat(end.join(Duration.ofSeconds(BOUND_SECONDS))).isTrue();
      assertHeardOfTheEnd(change);
    }
  }

  @Test
  void anEndThatWaitsForTheKernelSaysSoAndWaitsOn() throws Exception {
    Future<LimitChange> change = beginChange(Duration.ofMillis(1));
    awaitOpening();

    Thread end = Thread.ofVirtual().start(limits::end);

    assertThat(logger.awaitFirst(BOUND_SECONDS))
        .startsWith("ERROR the end of job " + job.id() + " waits for the kernel to let go of a");
    assertThat(end.isAlive()).isTrue();
    assertThat(change).isNotDone();
    try (var _ = open(reclaim)) {
      assertThat(end.join(Duration.ofSeconds(BOUND_SECONDS))).isTrue();
      assertHeardOfTheEnd(change);
    }
  }

  /** Answers when it has been told how much is in swap; it takes memory back next. */
  @Test
  void theEndLeavesNoBoundOnADiskThatAChangeHasLeft() throws Exception {
    Path bounds = Files.writeString(group.resolve("io.max"), "8:0 rbps=max wbps=4096\n");
    limits.unsettle();

    limits.end();

    assertThat(bounds).content().startsWith("8:0 rbps=max wbps=max riops=max wiops=max");
  }

  private Future<LimitChange> beginChange(Duration patience) throws Exception {
    Path swapped = fifo(SWAPPED);
    Future<LimitChange> change =
        calls.submit(
            () -> {
              changing.complete(Thread.currentThread());
              return limits.change(ASKED, _ -> {}, new LimitSteps(patience));
            });
    calls
        .submit(() -> Files.writeString(swapped, "0", StandardOpenOption.WRITE))
        .get(BOUND_SECONDS, TimeUnit.SECONDS);
    return change;
  }

  /**
   * Waits until the change is in the call that opens what is to be written, which nothing
   * interrupts; in one before that it would be given up at once. Only its thread's stack tells.
   */
  private void awaitOpening() throws Exception {
    Thread change = changing.get(BOUND_SECONDS, TimeUnit.SECONDS);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
    while (!isOpening(change.getStackTrace())) {
      assertThat(System.nanoTime()).as("the end of the wait for it").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private static boolean isOpening(StackTraceElement[] stack) {
    return stack.length > 0
        && stack[0].getMethodName().equals("open0") // as the JDK 25 has it
        && Stream.of(stack).anyMatch(call -> is(call, "MemoryV2", "takeBack"))
        && Stream.of(stack).anyMatch(call -> is(call, "ControlFile", "write"));
  }

  private static boolean is(StackTraceElement call, String type, String method) {
    return call.getClassName().endsWith("." + type) && call.getMethodName().equals(method);
  }

  private static void assertHeardOfTheEnd(Future<LimitChange> change) {
    assertThatThrownBy(() -> change.get(BOUND_SECONDS, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(JobEndedException.class);
  }
}
