package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.firstOutput;
import static dev.jobd.worker.TestWorker.shell;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.LimitRefusedException;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits that change while a job runs, under the kernel of this host. */
class LiveLimitsTest {
  private static final long MIB = 1 << 20;

  /** Holds 100 MB, and says so first. */
  private static final String HOLDS =
      "head -c 100000000 /dev/zero | tail -c 100000000 | (dd bs=1 count=1 2>/dev/null | od; sleep"
          + " 86400)";

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
  void eachLimitRisesAndFalls() throws Exception {
    Job job = sleeper(limits(500L, 64 * MIB, 20L));
    for (Limits next :
        List.of(
            limits(1500L, 512 * MIB, 40L),
            limits(100L, 16 * MIB, 3L),
            limits(200L, 128 * MIB, 10L))) {
      test.worker().changeLimits(job, next);

      assertThat(inForce(job, "memory.limit_in_bytes", "memory.max"))
          .isEqualTo(next.memoryBytes() + "");
      assertThat(inForce(job, "pids.max")).isEqualTo(1 + requireNonNull(next.pids()) + "");
      assertThat(inForce(job, "cpu.cfs_quota_us", "cpu.max"))
          .startsWith(100 * requireNonNull(next.cpuMillis()) + "");
      assertThat(job.spec().limits()).isEqualTo(next);
    }
  }

  @Test
  void sharesAndBoundsForDisksChangeToo() throws Exception {
    Job job =
        test.start(
            onDisk("sleep 86400")
                .limits(Limits.builder().cpuWeight(50L).io(io(1 << 20, null)).build()));

    test.worker().changeLimits(job, Limits.builder().cpuWeight(200L).io(io(2 << 20, 100L)).build());

    assertThat(inForce(job, "cpu.shares", "cpu.weight")).isIn("2048", "200");
    assertThat(inForce(job, "blkio.throttle.read_bps_device", "io.max")).contains("2097152");
    assertThat(inForce(job, "blkio.throttle.write_iops_device", "io.max")).contains("100");
    assertThat(job.spec().limits().io()).singleElement().matches(l -> l.device() != null);
  }

  private JobSpec.Builder onDisk(String script) throws IOException {
    assumeFalse(
        Files.getFileStore(test.directory()).type().equals("tmpfs"),
        test.directory() + " is on no disk");
    return shell(script).workingDirectory(test.directory().toString());
  }

  /** Of the disk that holds the job's working directory. */
  private static List<IoLimit> io(long readBps, @Nullable Long writeIops) {
    return List.of(new IoLimit(null, readBps, null, null, writeIops));
  }

  @Test
  void ratesAreNotChangedSoOftenThatTheyHoldNothing() throws Exception {
    long began = System.nanoTime();
    Job job = sleeper(limits(500L, 64 * MIB, 20L));
    Limits had = job.spec().limits();
    long changes = 0;
    QuotaExceededException refusal = null;
    while (refusal == null) {
      long turns = (System.nanoTime() - began) / LiveLimits.RATE_CHANGE_TURN.toNanos();
      assertThat(changes).isLessThanOrEqualTo(LiveLimits.RATE_CHANGES_AT_ONCE + turns);
      had = job.spec().limits();
      try {
        test.worker().changeLimits(job, Limits.builder().cpuMillis(501 + changes).build());
        changes++;
      } catch (QuotaExceededException e) {
        refusal = e;
      }
    }

    assertThat(changes).isGreaterThanOrEqualTo(LiveLimits.RATE_CHANGES_AT_ONCE);
    assertThat(refusal.retryAfter()).isBetween(Duration.ofMillis(1), LiveLimits.RATE_CHANGE_TURN);
    assertThat(job.spec().limits()).isEqualTo(had);
    assertThat(test.worker().changeLimits(job, Limits.builder().pids(7L).build()).isAny()).isTrue();
  }

  @Test
  void oneThatFailsTakesTheOthersBackAndWhatHadNoLimitHasNone() throws Exception {
    Job job = test.start(onDisk(HOLDS));
    assertThat(firstOutput(job)).isNotEmpty();

    assertThatThrownBy(
            () ->
                test.worker()
                    .changeLimits(
                        job,
                        Limits.builder()
                            .memoryBytes(16 * MIB)
                            .cpuMillis(500L)
                            .cpuWeight(50L)
                            .io(io(1 << 20, 10L))
                            .build()))
        .isInstanceOf(LimitRefusedException.class)
        .hasNoSuppressedExceptions();

    assertThat(inForce(job, "cpu.cfs_quota_us", "cpu.max")).matches("(-1|max).*");
    assertThat(inForce(job, "cpu.shares", "cpu.weight")).isIn("1024", "100");
    assertThat(inForce(job, "blkio.throttle.read_bps_device", "io.max")).doesNotContain("1048576");
    assertThat(inForce(job, "memory.limit_in_bytes", "memory.max"))
        .isIn("9223372036854771712", "max");
    assertThat(job.spec().limits().memoryBytes()).isNull();
  }

  @Test
  void whatIsNotAskedForStays() throws Exception {
    Job job = sleeper(new Limits(500L, null, 20L, Duration.ofHours(1), 1000L));

    LimitChange change = test.worker().changeLimits(job, limits(null, 64 * MIB, null));

    assertThat(change.from()).isEqualTo(new Limits(500L, null, 20L, Duration.ofHours(1), 1000L));
    assertThat(change.to()).isEqualTo(new Limits(500L, 64 * MIB, 20L, Duration.ofHours(1), 1000L));
    assertThat(job.record().spec().limits()).isEqualTo(change.to());
  }

  @Test
  void aChangeOutlivesTheWorkerAndIsInTheRecordAfterTheEnd() throws Exception {
    Job job = sleeper(limits(500L, 64 * MIB, 20L));
    Limits changed = limits(250L, 128 * MIB, 30L);
    test.worker().changeLimits(job, changed);
    test.restart();

    Job again = test.worker().find(job.id()).orElseThrow();
    assertThat(again.spec().limits()).isEqualTo(changed);
    again.stop(StopRequest.kill("test"));
    again.await();
    assertThat(again.spec().limits()).isEqualTo(changed);
    test.restart();
    assertThat(test.worker().find(job.id()).orElseThrow().spec().limits()).isEqualTo(changed);
  }

  @Test
  void memoryBelowWhatTheJobHoldsIsRefusedWithTheNumberAndTheJobRunsOn() throws Exception {
    Job job = test.start(shell(HOLDS).limits(limits(null, 512 * MIB, 20L)));
    assertThat(firstOutput(job)).isNotEmpty();

    assertThatThrownBy(() -> test.worker().changeLimits(job, limits(500L, 16 * MIB, 10L)))
        .isInstanceOfSatisfying(
            LimitRefusedException.class,
            e -> {
              assertThat(e.field()).isEqualTo("limits.memory_bytes");
              assertThat(e.problem())
                  .matches(
                      "must be at least \\d{8,9}, which the job uses now and cannot give back, was "
                          + 16 * MIB);
            });

    assertThat(job.spec().limits()).isEqualTo(limits(null, 512 * MIB, 20L));
    assertThat(inForce(job, "memory.limit_in_bytes", "memory.max")).isEqualTo(512 * MIB + "");
    assertThat(inForce(job, "pids.max")).isEqualTo("21");
    assertThat(inForce(job, "cpu.cfs_quota_us", "cpu.max")).matches("(-1|max).*");
    job.stop(StopRequest.kill("test"));
    assertThat(job.await().verdict())
        .as("a kill of somebody else's is not one for want of memory")
        .isEqualTo(new Verdict.Killed(9, Verdict.Cause.STOP_REQUEST, "test"));
  }

  @Test
  void memoryThatTheKernelCanTakeBackIsNoObstacle() throws Exception {
    Path file = test.directory().resolve("cached");
    Job job =
        test.start(
            shell(
                    "head -c 60000000 /dev/zero > "
                        + file
                        + "; sync "
                        + file
                        + "; echo up; sleep 86400")
                .limits(limits(null, 512 * MIB, 20L)));
    assertThat(firstOutput(job)).isEqualTo("up\n");
    assertThat(job.usage().memoryBytes()).isGreaterThan(32 * MIB);

    test.worker().changeLimits(job, limits(null, 32 * MIB, null));

    assertThat(inForce(job, "memory.limit_in_bytes", "memory.max")).isEqualTo(32 * MIB + "");
    Files.delete(file);
  }

  @Test
  void aLoweredLimitHolds() throws Exception {
    Gate gate = test.gate();
    Job job =
        test.start(
            shell("echo up; " + gate.pass() + "; exec tail /dev/zero")
                .limits(limits(null, 512 * MIB, 20L)));
    assertThat(firstOutput(job)).isEqualTo("up\n");
    test.worker().changeLimits(job, limits(null, 16 * MIB, null));
    gate.open();

    assertThat(job.await().verdict())
        .isEqualTo(new Verdict.Killed(9, Verdict.Cause.OUT_OF_MEMORY, null));
    assertThat(job.await().usage().peakMemoryBytes()).isIn(null, 16 * MIB);
  }

  @Test
  void whatTheShimHasFromTheStartIsRefused() throws Exception {
    Job job = sleeper(Limits.NONE);

    assertRefused(job, new Limits(500L, null, null, Duration.ofHours(1), null), "limits.timeout");
    assertRefused(job, new Limits(500L, null, null, null, 1000L), "limits.output_bytes");
    assertRefused(job, Limits.NONE, "limits");
    assertThat(inForce(job, "cpu.cfs_quota_us", "cpu.max")).matches("(-1|max).*");
  }

  private void assertRefused(Job job, Limits asked, String field) {
    assertThatThrownBy(() -> test.worker().changeLimits(job, asked))
        .isInstanceOfSatisfying(
            InvalidSpecException.class, e -> assertThat(e.field()).isEqualTo(field));
  }

  @Test
  void anEndedJobHasNoLimitsToChange() throws Exception {
    Job job = test.sh("true");
    job.await();

    assertThatThrownBy(() -> test.worker().changeLimits(job, limits(500L, null, null)))
        .isInstanceOf(JobEndedException.class);
  }

  @Test
  void changesAtOnceAreMadeOneAfterTheOther() throws Exception {
    Job job = sleeper(limits(500L, 64 * MIB, 20L));
    List<CompletableFuture<Void>> changes =
        IntStream.range(0, 16)
            .mapToObj(
                i ->
                    CompletableFuture.runAsync(
                        () ->
                            change(
                                job,
                                i % 2 == 0
                                    ? limits(100L + i, null, null)
                                    : limits(null, null, 10L + i)),
                        task -> Thread.ofVirtual().start(task)))
            .toList();
    CompletableFuture.allOf(changes.toArray(CompletableFuture<?>[]::new)).join();

    Limits last = job.spec().limits();
    assertThat(inForce(job, "cpu.cfs_quota_us", "cpu.max"))
        .startsWith(100 * requireNonNull(last.cpuMillis()) + "");
    assertThat(inForce(job, "pids.max")).isEqualTo(1 + requireNonNull(last.pids()) + "");
    test.restart();
    assertThat(test.worker().find(job.id()).orElseThrow().spec().limits()).isEqualTo(last);
  }

  private void change(Job job, Limits asked) {
    try {
      test.worker().changeLimits(job, asked);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Job sleeper(Limits limits) throws Exception {
    return test.start(shell("sleep 86400").limits(limits));
  }

  private static Limits limits(@Nullable Long cpu, @Nullable Long memory, @Nullable Long pids) {
    return new Limits(cpu, memory, pids, null, null);
  }

  /** What a control file of the job holds, under one of its names. */
  static String inForce(Job job, String... names) throws IOException {
    return Files.readString(file(job, names)).strip();
  }

  /** A control file of the job, under one of its names. */
  static Path file(Job job, String... names) throws IOException {
    for (String name : names) {
      List<Path> found = new ArrayList<>();
      Files.walkFileTree(
          Path.of("/sys/fs/cgroup"),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (file.endsWith(job.id() + "/" + name)) {
                found.add(file);
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
              return FileVisitResult.CONTINUE; // other jobs' groups come and go
            }

            @Override
            public FileVisitResult postVisitDirectory(Path group, @Nullable IOException gone) {
              return FileVisitResult.CONTINUE;
            }
          });
      if (!found.isEmpty()) {
        return found.getFirst();
      }
    }
    throw new AssertionError("job " + job.id() + " has none of " + List.of(names));
  }
}
