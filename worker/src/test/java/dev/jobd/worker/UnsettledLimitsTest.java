package dev.jobd.worker;

import static dev.jobd.worker.LiveLimitsTest.inForce;
import static dev.jobd.worker.TestWorker.firstOutput;
import static dev.jobd.worker.TestWorker.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.cgroup.Cgroups;
import dev.jobd.worker.model.LimitRefusedException;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.ReadRequest;
import dev.jobd.worker.output.Follower;
import dev.jobd.worker.output.OutputEvent;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changes of limits that the kernel, the job or the disk keeps from being made, or undone. */
class UnsettledLimitsTest {
  private static final long MIB = 1 << 20;
  private static final int BOUND_SECONDS = 60;
  private static final int READERS = 16;

  private final HeardLogger logger = new HeardLogger();
  private TestWorker test;

  @BeforeEach
  void open() throws IOException {
    test = TestWorker.open();
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  private static Limits memory(long mebibytes) {
    return Limits.builder().memoryBytes(mebibytes * MIB).build();
  }

  private static String memoryInForce(Job job) throws IOException {
    return inForce(job, "memory.limit_in_bytes", "memory.max");
  }

  /**
   * Many who read a file of holes fill the page cache about as fast as the kernel empties it: v1's
   * may come to an end of that, or not.
   */
  @Test
  void aLoweringThatTheJobWorksAgainstIsAnsweredInTimeAndOthersCanBeMade() throws Exception {
    String read = "dd if=" + holes() + " of=/dev/null bs=1M 2> /dev/null";
    String reads = "echo; while :; do " + read + "; done";
    Job job =
        test.start(
            shell("for i in $(seq " + READERS + "); do (" + reads + ") & done; wait")
                .limits(Limits.builder().memoryBytes(512 * MIB).cpuWeight(1000L).build()));
    assertThat(firstOutput(job)).isNotEmpty();
    Job other = test.worker().start(new Owner("bob"), shell("sleep 86400").build());

    long expected = 100 * MIB;
    try (ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<LimitChange> lowering =
          calls.submit(() -> test.worker().changeLimits(job, memory(100)));
      test.worker().changeLimits(other, memory(64));
      assertThat(memoryInForce(other)).isEqualTo(64 * MIB + "");
      lowering.get(BOUND_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      assertThat(e.getCause())
          .isInstanceOfSatisfying(
              LimitRefusedException.class,
              refusal -> assertThat(refusal.field()).isEqualTo("limits.memory_bytes"));
      expected = 512 * MIB;
    }

    assertThat(memoryInForce(job)).isEqualTo(expected + "");
    assertThat(job.spec().limits().memoryBytes()).isEqualTo(expected);
    test.worker().changeLimits(job, memory(600));
    assertThat(memoryInForce(job)).isEqualTo(600 * MIB + "");
  }

  private Path holes() throws Exception {
    Path file = test.directory().resolve("holes");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(4096 * MIB);
    }
    return file;
  }

  @Test
  void aChangeThatIsCalledOffIsRefusedAndTheJobKeepsWhatItHad() throws Exception {
    Job job = test.start(shell("sleep 86400").limits(memory(128)));
    LiveJobs jobs = jobs(256);
    jobs.admit(job);
    LimitSteps steps = new LimitSteps(Duration.ofSeconds(3));
    steps.write().revoke();
    try (Cgroups cgroups = Cgroups.open(instance())) {
      LiveLimits limits =
          limits(job, cgroups, jobs, record -> CompletableFuture.completedFuture(true));

      assertThatThrownBy(() -> limits.change(memory(64), _ -> {}, steps))
          .isInstanceOfSatisfying(
              LimitRefusedException.class,
              e -> {
                assertThat(e.field()).isEqualTo("limits.memory_bytes");
                assertThat(e.problem())
                    .startsWith("cannot be held now: the job takes memory as")
                    .contains(" for 3 s; ");
              });
    }

    assertThat(memoryInForce(job)).isEqualTo(128 * MIB + "");
    assertThat(job.spec().limits().memoryBytes()).isEqualTo(128 * MIB);
    jobs.admit(another(128));
  }

  private String instance() throws IOException {
    return Files.readString(test.directory().resolve("instance")).strip();
  }

  private LiveLimits limits(
      Job job, Cgroups cgroups, LiveJobs jobs, LiveLimits.Recording recording) {
    return new LiveLimits(
        job, cgroups.existing(job.id().toString()), recording, jobs, () -> {}, logger);
  }

  /** The record fails when the job has taken what it was given, so that it cannot be taken back. */
  @Test
  void whatCanBeNeitherRecordedNorPutBackIsToldAndCountsWithTheLargerOfBoth() throws Exception {
    Gate gate = test.gate();
    String takes = "echo up; " + gate.pass() + "; head -c 100000000 /dev/zero | tail -c 100000000";
    Job job =
        test.start(
            shell(takes + " | (dd bs=1 count=1 2>/dev/null | od; sleep 86400)").limits(memory(16)));
    LiveJobs jobs = jobs(256);
    jobs.admit(job);
    try (Cgroups cgroups = Cgroups.open(instance());
        Follower follower = job.follow(ReadRequest.ALL)) {
      assertThat(follower.take()).isInstanceOf(OutputEvent.Chunk.class);
      LiveLimits limits =
          limits(
              job,
              cgroups,
              jobs,
              record -> {
                take(gate, follower);
                return CompletableFuture.failedFuture(new IOException("no room"));
              });

      Limits had = job.spec().limits();
      assertThatThrownBy(
              () -> limits.change(memory(200), _ -> {}, new LimitSteps(LimitChanges.PATIENCE)))
          .isInstanceOfSatisfying(
              LimitsUnsettledException.class,
              e -> assertThat(e.change()).contains(new LimitChange(had, memory(200).orElse(had))))
          .hasMessageContaining("could be neither changed nor put back")
          .rootCause()
          .hasMessage("no room");

      assertThat(logger.heard)
          .singleElement()
          .asString()
          .startsWith("ERROR job " + job.id() + " may have other limits than it had");
      assertThat(memoryInForce(job)).isEqualTo(200 * MIB + "");
      assertThat(job.spec().limits().memoryBytes()).isEqualTo(16 * MIB);
      assertThatThrownBy(() -> jobs.admit(another(57)))
          .isInstanceOfSatisfying(
              QuotaExceededException.class, e -> assertThat(e.used()).isEqualTo(200 * MIB));
    }
  }

  private static void take(Gate gate, Follower follower) {
    try {
      gate.open();
      assertThat(follower.take()).isInstanceOf(OutputEvent.Chunk.class);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static LiveJobs jobs(long mebibytes) {
    Quotas quotas = new Quotas(null, null, null, mebibytes * MIB, null, null);
    LimitPolicy policy = LimitPolicy.of(memory(16), Limits.NONE, quotas);
    return new LiveJobs(new QuotaLedger(policy, System::nanoTime), job -> {});
  }

  private Job another(long mebibytes) throws Exception {
    return test.start(shell("sleep 86400").limits(memory(mebibytes)));
  }

  @Test
  void whatTheJobHasAlreadyIsNeitherWrittenNorRecordedUnlessAnEarlierWorkerMayHaveLeftOthers()
      throws Exception {
    Job job = test.start(shell("sleep 86400").limits(Limits.builder().pids(20L).build()));
    Path file = LiveLimitsTest.file(job, "pids.max");
    Files.writeString(file, "99");

    LimitChange none = test.worker().changeLimits(job, Limits.builder().pids(20L).build());

    assertThat(none.isAny()).isFalse();
    assertThat(file).hasContent("99");
    test.restart();
    Job again = test.worker().find(job.id()).orElseThrow();
    assertThat(test.worker().changeLimits(again, Limits.builder().pids(20L).build()).isAny())
        .isFalse();
    assertThat(file).hasContent("21");
  }
}
