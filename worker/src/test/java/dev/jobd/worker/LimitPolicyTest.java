package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.Quotas.StartRate;
import dev.jobd.worker.cgroup.DiskSearch;
import dev.jobd.worker.cgroup.LimitJudge;
import dev.jobd.worker.cgroup.UnansweredException;
import dev.jobd.worker.model.CpuSet;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LimitPolicyTest {
  private static final Limits MAXIMA =
      new Limits(2000L, 1L << 30, 100L, Duration.ofHours(1), 1L << 20);

  private static void assertRefused(ThrowingCallable what, String message) {
    assertThatThrownBy(what).isInstanceOf(InvalidSpecException.class).hasMessage(message);
  }

  private static Quotas quotas(
      long cpuMillis, long memoryBytes, long outputBytes, long totalOutputBytes) {
    return new Quotas(1L, null, cpuMillis, memoryBytes, outputBytes, totalOutputBytes);
  }

  @Test
  void defaultsAreTheContract() {
    assertThat(LimitPolicy.DEFAULT)
        .isEqualTo(new LimitPolicy(WorkerConfig.DEFAULT_LIMITS, Limits.NONE, Quotas.DEFAULT));
    assertThat(Quotas.DEFAULT).isEqualTo(new Quotas(4096L, null, null, null, null, null));
    assertThat(WorkerConfig.of(TestWorker.SHIM, TestWorker.SHIM).limits())
        .isEqualTo(LimitPolicy.DEFAULT);
  }

  @Test
  void aJobGetsWhatItAsksForThenTheDefaultThenTheMaximum() {
    Limits defaults = new Limits(500L, 1L << 20, null, null, null);
    LimitPolicy policy = LimitPolicy.of(defaults, MAXIMA, Quotas.NONE);

    assertThat(policy.granted(new Limits(1000L, null, null, Duration.ofHours(1), null)))
        .isEqualTo(new Limits(1000L, 1L << 20, 100L, Duration.ofHours(1), 1L << 20));
    assertThat(policy.standard())
        .isEqualTo(new Limits(500L, 1L << 20, 100L, Duration.ofHours(1), 1L << 20));
  }

  @Test
  void whatIsBuiltInIsWeakerThanAMaximumAndStandsWithoutOne() {
    Limits others = new Limits(1000L, null, null, null, null);

    assertThat(LimitPolicy.of(Limits.NONE, MAXIMA, Quotas.NONE).standard().pids()).isEqualTo(100);
    assertThat(LimitPolicy.of(others, others, Quotas.NONE).standard().pids()).isEqualTo(4096);
  }

  @Test
  void whoeverAsksForMoreIsToldTheFieldAndTheMaximum() {
    LimitPolicy policy = LimitPolicy.of(Limits.NONE, MAXIMA, Quotas.NONE);

    assertRefused(
        () -> policy.granted(new Limits(2001L, null, null, null, null)),
        "limits.cpu_millis: must be at most 2000, the maximum here, was 2001");
    assertRefused(
        () -> policy.granted(new Limits(null, (1L << 30) + 1, null, null, null)),
        "limits.memory_bytes: must be at most 1073741824, the maximum here, was 1073741825");
    assertRefused(
        () -> policy.granted(new Limits(null, null, 101L, null, null)),
        "limits.pids: must be at most 100, the maximum here, was 101");
    assertRefused(
        () -> policy.granted(new Limits(null, null, null, Duration.ofMinutes(61), null)),
        "limits.timeout: must be at most PT1H, the maximum here, was PT1H1M");
    assertRefused(
        () -> policy.granted(new Limits(null, null, null, null, (1L << 20) + 1)),
        "limits.output_bytes: must be at most 1048576, the maximum here, was 1048577");
    assertThat(policy.granted(MAXIMA)).isEqualTo(MAXIMA);
  }

  private static LimitPolicy bounded(Limits.Builder maxima) {
    return LimitPolicy.of(Limits.NONE, maxima.build(), Quotas.NONE);
  }

  @Test
  void aWeightThatNobodyAsksForIsTheUsualOneOrItsMaximum() {
    LimitPolicy low = bounded(Limits.builder().cpuWeight(50L).ioWeight(50L));
    LimitPolicy high = bounded(Limits.builder().cpuWeight(1000L).ioWeight(1000L));

    assertThat(low.standard().cpuWeight()).isEqualTo(50);
    assertThat(low.standard().ioWeight()).isEqualTo(50);
    assertThat(high.standard().cpuWeight()).isNull();
    assertThat(high.standard().ioWeight()).isNull();
    assertRefused(
        () -> low.granted(Limits.builder().cpuWeight(51L).build()),
        "limits.cpu_weight: must be at most 50, the maximum here, was 51");
    assertRefused(
        () -> high.granted(Limits.builder().ioWeight(1001L).build()),
        "limits.io_weight: must be at most 1000, the maximum here, was 1001");
  }

  @Test
  void swapThatNobodyAsksForStaysNone() {
    LimitPolicy policy = bounded(Limits.builder().swapBytes(100L));

    assertThat(policy.standard().swapBytes()).isNull();
    assertRefused(
        () -> policy.granted(Limits.builder().swapBytes(101L).build()),
        "limits.swap_bytes: must be at most 100, the maximum here, was 101");
  }

  @Test
  void processorsAreAmongThoseOfTheMaximum() {
    LimitPolicy policy = bounded(Limits.builder().cpuset(new CpuSet("0-1,3")));
    Limits fewer = Limits.builder().cpuset(new CpuSet("1,3")).build();

    assertThat(policy.standard().cpuset()).isEqualTo(new CpuSet("0-1,3"));
    assertThat(policy.granted(fewer).cpuset()).isEqualTo(new CpuSet("1,3"));
    assertRefused(
        () -> policy.granted(Limits.builder().cpuset(new CpuSet("1-2")).build()),
        "limits.cpuset: must be among 0-1,3, the maximum here, was 1-2");
  }

  @Test
  void eachDiskHasItsMaxima() {
    IoLimit sda = new IoLimit("sda", 10_000L, null, 50L, null);
    IoLimit sdb = new IoLimit("sdb", null, 20_000L, null, null);
    LimitPolicy policy = bounded(Limits.builder().io(List.of(sda, sdb)));
    IoLimit asked = new IoLimit("sda", 9_000L, 8_000L, null, null);

    assertThat(policy.standard().io()).containsExactly(sda, sdb);
    assertThat(policy.granted(Limits.NONE.withIo(List.of(asked))).io())
        .containsExactly(new IoLimit("sda", 9_000L, 8_000L, 50L, null), sdb);
    assertRefused(
        () ->
            policy.granted(
                Limits.NONE.withIo(List.of(new IoLimit("sdb", null, 20_001L, null, null)))),
        "limits.io[0].write_bps: must be at most 20000, the maximum here, was 20001");
  }

  @Test
  void aNiceValueHasNoMaximum() {
    assertRefused(
        () -> bounded(Limits.builder().nice(5)),
        "max_limits.nice: must be absent: a nice value only takes from a job");
  }

  @Test
  void aDefaultAboveItsMaximumIsRefused() {
    assertRefused(
        () -> LimitPolicy.of(new Limits(null, null, 101L, null, null), MAXIMA, Quotas.NONE),
        "default_limits.pids: must be at most 100, the maximum here, was 101");
  }

  private static final Path FILES = Path.of("/files");
  private static final Path HANGS = Path.of("/hangs");

  private static final Path OVERLAY = Path.of("/overlay");

  /** Its one disk is sda, which holds FILES; /gone is none. */
  private static final LimitJudge HOST =
      new LimitJudge() {
        @Override
        public Optional<String> disk(Path files, DiskSearch search) throws IOException {
          if (files.equals(HANGS)) {
            throw new UnansweredException(files + " does not answer");
          }
          if (files.equals(OVERLAY)) {
            throw new InvalidSpecException("device", "must be a disk, was " + files);
          }
          return files.equals(FILES) ? Optional.of("sda") : Optional.empty();
        }

        @Override
        public Limits named(Limits limits, Path files, DiskSearch search) {
          return limits.withIo(limits.io().stream().map(this::named).toList());
        }

        private IoLimit named(IoLimit limit) {
          if ("/gone".equals(limit.device())) {
            throw new InvalidSpecException("limits.io[0].device", "must be a disk, was /gone");
          }
          return limit.on("sda");
        }

        @Override
        public void require(Limits limits) {
          if (limits.swapBytes() != null && limits.memoryBytes() == null) {
            throw new InvalidSpecException("limits.swap_bytes", "holds only with memory");
          }
          if (limits.cpuset() != null) {
            throw new InvalidSpecException("limits.cpuset", "must be fewer");
          }
        }
      };

  private static Limits reading(@Nullable String device, long bytes) {
    return Limits.NONE.withIo(List.of(new IoLimit(device, bytes, null, null, null)));
  }

  @Test
  void whatAHostCannotEnforceOnEveryJobIsNamedAsItIsConfigured() throws Exception {
    Limits swap = Limits.builder().swapBytes(1L << 20).build();
    Limits processors = Limits.builder().cpuset(new CpuSet("0-99")).build();
    Limits memory = new Limits(null, 1L << 30, null, null, null);

    assertRefused(
        () -> LimitPolicy.of(swap, Limits.NONE, Quotas.NONE).enforceable(HOST),
        "default_limits.swap_bytes: holds only with memory");
    assertRefused(
        () -> LimitPolicy.of(processors, Limits.NONE, Quotas.NONE).enforceable(HOST),
        "default_limits.cpuset: must be fewer");
    assertRefused(
        () -> LimitPolicy.of(Limits.NONE, processors, Quotas.NONE).enforceable(HOST),
        "max_limits.cpuset: must be fewer");
    assertRefused(
        () -> LimitPolicy.of(reading("/gone", 8192), Limits.NONE, Quotas.NONE).enforceable(HOST),
        "default_limits.io[/gone].device: must be a disk, was /gone");
    assertRefused(
        () -> LimitPolicy.of(Limits.NONE, reading("/gone", 8192), Quotas.NONE).enforceable(HOST),
        "max_limits.io[/gone].device: must be a disk, was /gone");
    LimitPolicy.of(swap, memory, Quotas.NONE).enforceable(HOST);
    LimitPolicy.of(Limits.NONE, swap, Quotas.NONE).enforceable(HOST);
  }

  @Test
  void whatIsAskedOfADiskAndWhatIsConfiguredMeetByTheKernelsName() throws Exception {
    LimitPolicy policy =
        LimitPolicy.of(reading("/dev/sda", 8192), reading("/data", 10_000), Quotas.NONE)
            .enforceable(HOST);

    assertThat(policy.standard().io()).isEqualTo(reading("sda", 8192).io());
    assertThat(policy.granted(reading("sda", 9000)).io()).isEqualTo(reading("sda", 9000).io());
    assertRefused(
        () ->
            LimitPolicy.of(reading("/dev/sda", 9000), reading("/data", 8192), Quotas.NONE)
                .enforceable(HOST),
        "default_limits.io[sda].read_bps: must be at most 8192, the maximum here, was 9000");
  }

  @Test
  void twoNamesOfOneDiskDoNotGiveItOneBoundTwice() throws Exception {
    IoLimit written = new IoLimit("sda", null, 9000L, null, null);
    Limits others =
        Limits.NONE.withIo(List.of(written, new IoLimit("/data", 8192L, null, null, null)));
    Limits twice =
        Limits.NONE.withIo(List.of(written, new IoLimit("/data", null, 8192L, null, null)));

    assertThat(LimitPolicy.of(others, Limits.NONE, Quotas.NONE).enforceable(HOST).defaults().io())
        .containsExactly(new IoLimit("sda", 8192L, 9000L, null, null));
    assertRefused(
        () -> LimitPolicy.of(twice, Limits.NONE, Quotas.NONE).enforceable(HOST),
        "default_limits.io[/data].write_bps: must be given once for each disk: /data is sda, which"
            + " has one already");
    assertRefused(
        () -> LimitPolicy.of(Limits.NONE, twice, Quotas.NONE).enforceable(HOST),
        "max_limits.io[/data].write_bps: must be given once for each disk: /data is sda, which has"
            + " one already");
  }

  private static LimitPolicy forFiles(Path files, Limits defaults, Limits maxima)
      throws IOException {
    return LimitPolicy.of(defaults, maxima, Quotas.NONE)
        .enforceable(HOST)
        .forFiles(HOST, files, DiskSearch.WAITING);
  }

  @Test
  void aDefaultForTheDiskOfAJobsFilesIsOneOfThatDiskAtMostItsMaximum() throws Exception {
    Limits own = reading(null, 9000);

    assertThat(forFiles(FILES, own, Limits.NONE).standard().io())
        .isEqualTo(reading("sda", 9000).io());
    assertThat(forFiles(FILES, own, reading("sda", 8192)).standard().io())
        .isEqualTo(reading("sda", 8192).io());
    List<IoLimit> both =
        List.of(own.io().getFirst(), new IoLimit("/dev/sda", 8192L, 1L << 20, null, null));
    assertThat(forFiles(FILES, Limits.NONE.withIo(both), Limits.NONE).standard().io())
        .containsExactly(new IoLimit("sda", 8192L, 1L << 20, null, null));
  }

  @Test
  void aJobWhoseFilesAreOnNoDiskHasNoDefaultForTheirDisk() throws Exception {
    Path memory = Path.of("/dev/shm");

    assertThat(forFiles(memory, reading(null, 9000), Limits.NONE).standard().io()).isEmpty();
    assertRefused(
        () -> forFiles(HANGS, reading(null, 9000), Limits.NONE),
        "working_directory: must be where its disk can be told, which default_limits bound: /hangs"
            + " does not answer; use another directory, or have default_limits name the disk");
    assertRefused(
        () -> forFiles(OVERLAY, reading(null, 9000), Limits.NONE),
        "working_directory: must be where its disk can be told, which default_limits bound: it must"
            + " be a disk, was /overlay; use another directory, or have default_limits name the"
            + " disk");
    assertThat(forFiles(HANGS, reading("sda", 9000), Limits.NONE).standard().io())
        .isEqualTo(reading("sda", 9000).io());
  }

  @Test
  void aMaximumOfADiskSaysWhich() {
    assertRefused(
        () -> LimitPolicy.of(Limits.NONE, reading(null, 9000), Quotas.NONE),
        "max_limits.io[].device: must be there: name each disk that jobs may use (sda:50M), or"
            + " give default_limits for the one of a job's directory");
  }

  @Test
  void aQuotaNeedsAJobToHaveTheLimit() {
    Limits all = new Limits(1000L, 1L << 20, 10L, null, 100L);

    assertThat(LimitPolicy.of(all, Limits.NONE, quotas(1000, 1 << 20, 100, 100)).quotas())
        .isNotNull();
    assertThat(LimitPolicy.of(Limits.NONE, all, quotas(1000, 1 << 20, 100, 100)).quotas())
        .isNotNull();
    assertRefused(
        () ->
            LimitPolicy.of(
                Limits.NONE, Limits.NONE, new Quotas(null, null, 100L, null, null, null)),
        "quotas.cpus: needs a default_limits.cpus, for jobs that ask for none");
    assertRefused(
        () ->
            LimitPolicy.of(
                Limits.NONE, Limits.NONE, new Quotas(null, null, null, 1L << 30, null, null)),
        "quotas.memory: needs a default_limits.memory, for jobs that ask for none");
    assertRefused(
        () ->
            LimitPolicy.of(
                Limits.NONE, Limits.NONE, new Quotas(null, null, null, null, 100L, null)),
        "quotas.output: needs a default_limits.max_output, for jobs that ask for none");
    assertRefused(
        () ->
            LimitPolicy.of(
                Limits.NONE, Limits.NONE, new Quotas(null, null, null, null, null, 100L)),
        "quotas.total_output: needs a default_limits.max_output, for jobs that ask for none");
  }

  @Test
  void aQuotaThatNoJobFitsIntoIsRefused() {
    Limits all = new Limits(1500L, 1L << 30, 10L, null, 100L);

    assertRefused(
        () -> LimitPolicy.of(all, Limits.NONE, quotas(1000, 1L << 30, 100, 100)),
        "quotas.cpus: must be at least what a job gets that asks for nothing, 1.5, was 1: set a"
            + " lower default_limits.cpus");
    assertRefused(
        () -> LimitPolicy.of(Limits.NONE, all, quotas(1500, 1L << 20, 100, 100)),
        "quotas.memory: must be at least what a job gets that asks for nothing, 1G, was 1M: set a"
            + " lower default_limits.memory");
    assertRefused(
        () -> LimitPolicy.of(all, Limits.NONE, quotas(1500, 1L << 30, 100, 99)),
        "quotas.total_output: must be at least what a job gets that asks for nothing, 100, was 99:"
            + " set a lower default_limits.max_output");
  }

  @Test
  void everyQuotaIsBounded() {
    assertRefused(
        () -> new Quotas(0L, null, null, null, null, null),
        "quotas.running_jobs: must be 1 to 1000000, was 0");
    assertRefused(
        () -> new StartRate(0, 1), "quotas.starts_per_second: must be 1 to 1000000, was 0");
    assertRefused(() -> new StartRate(1, 0), "quotas.start_burst: must be 1 to 1000000, was 0");
    assertRefused(
        () -> new Quotas(null, null, 0L, null, null, null),
        "quotas.cpus: must be 0.001 to 1000000, was 0");
    assertRefused(
        () -> new Quotas(null, null, null, 1L, null, null),
        "quotas.memory: must be 1M to 1048576T, was 1");
    assertRefused(
        () -> new Quotas(null, null, null, null, 0L, null),
        "quotas.output: must be 1 to 1024T, was 0");
    assertRefused(
        () -> new Quotas(null, null, null, null, null, (1L << 50) + 1),
        "quotas.total_output: must be 1 to 1024T, was 1125899906842625");
  }
}
