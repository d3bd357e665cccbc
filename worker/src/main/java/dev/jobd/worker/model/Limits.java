package dev.jobd.worker.model;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Bounds on one job; {@code null} where there is none.
 *
 * @param cpuMillis processor time in thousandths of a core: 500 is half a core
 * @param cpuWeight share of the processors where jobs compete for them, in relation to those of the
 *     others: 1 to 10000, 100 being what a job without one has
 * @param cpuset the processors that the job may run on
 * @param nice the command's nice value, 0 to 19. It acts among the job's own processes, and on the
 *     order of their disk requests; between jobs {@code cpuWeight} does. Less than 0 would put a
 *     job's requests before those of the host
 * @param memoryBytes memory and page cache of the whole job
 * @param swapBytes swap of the whole job, beside its memory; {@code null} is 0. Holds where memory
 *     is limited
 * @param pids processes and threads that the job may have at one time
 * @param io bounds for disks, none of which is there twice
 * @param ioWeight share of disks' time where jobs compete for it, as {@code cpuWeight}
 * @param timeout run time, after which the job is killed
 * @param outputBytes bytes of output kept, both streams together
 */
public record Limits(
    @Nullable Long cpuMillis,
    @Nullable Long cpuWeight,
    @Nullable CpuSet cpuset,
    @Nullable Integer nice,
    @Nullable Long memoryBytes,
    @Nullable Long swapBytes,
    @Nullable Long pids,
    List<IoLimit> io,
    @Nullable Long ioWeight,
    @Nullable Duration timeout,
    @Nullable Long outputBytes) {

  /** No bound on anything. */
  public static final Limits NONE = builder().build();

  /** A thousandth of a core: the kernel's least quota, 1 ms, in its longest period, 1 s. */
  public static final long MIN_CPU_MILLIS = 1;

  /** More cores than any machine has; keeps quota arithmetic far from overflow. */
  public static final long MAX_CPU_MILLIS = 1_000_000_000;

  /** Weights are those of cgroup v2. */
  public static final long MIN_WEIGHT = 1;

  public static final long MAX_WEIGHT = 10_000;

  /** What a job without one has. */
  public static final long DEFAULT_WEIGHT = 100;

  public static final int MAX_NICE = 19;

  /** Below this not even a static program starts. */
  public static final long MIN_MEMORY_BYTES = 1 << 20;

  public static final long MAX_MEMORY_BYTES = 1L << 60;
  public static final long MAX_PIDS = 1 << 22;
  public static final int MAX_IO_LIMITS = 16;
  public static final Duration MIN_TIMEOUT = Duration.ofMillis(1);
  public static final Duration MAX_TIMEOUT = Duration.ofDays(3650);
  public static final long MAX_OUTPUT_BYTES = 1L << 50;

  public Limits {
    requireBetween("limits.cpu_millis", cpuMillis, MIN_CPU_MILLIS, MAX_CPU_MILLIS);
    requireBetween("limits.cpu_weight", cpuWeight, MIN_WEIGHT, MAX_WEIGHT);
    requireBetween("limits.nice", nice == null ? null : Long.valueOf(nice), 0, MAX_NICE);
    requireBetween("limits.memory_bytes", memoryBytes, MIN_MEMORY_BYTES, MAX_MEMORY_BYTES);
    requireBetween("limits.swap_bytes", swapBytes, 0, MAX_MEMORY_BYTES);
    requireBetween("limits.pids", pids, 1, MAX_PIDS);
    checkIo(io);
    io = List.copyOf(io);
    requireBetween("limits.io_weight", ioWeight, MIN_WEIGHT, MAX_WEIGHT);
    requireBetween("limits.output_bytes", outputBytes, 1, MAX_OUTPUT_BYTES);
    if (timeout != null
        && (timeout.compareTo(MIN_TIMEOUT) < 0 || timeout.compareTo(MAX_TIMEOUT) > 0)) {
      throw new InvalidSpecException("limits.timeout", "must be 1ms to 3650d, was " + timeout);
    }
  }

  /** Those that most jobs have, and no others. */
  public Limits(
      @Nullable Long cpuMillis,
      @Nullable Long memoryBytes,
      @Nullable Long pids,
      @Nullable Duration timeout,
      @Nullable Long outputBytes) {
    this(
        cpuMillis,
        null,
        null,
        null,
        memoryBytes,
        null,
        pids,
        List.of(),
        null,
        timeout,
        outputBytes);
  }

  private static void checkIo(List<IoLimit> io) {
    if (io.size() > MAX_IO_LIMITS) {
      throw new InvalidSpecException(
          "limits.io", "must be at most " + MAX_IO_LIMITS + ", were " + io.size());
    }
    Set<@Nullable String> devices = new HashSet<>();
    for (int i = 0; i < io.size(); i++) {
      if (!devices.add(io.get(i).device())) {
        throw new InvalidSpecException("limits.io[" + i + "].device", "must not be there twice");
      }
    }
  }

  static void requireBetween(String field, @Nullable Long value, long min, long max) {
    if (value != null) {
      Numbers.requireBetween(field, value, min, max);
    }
  }

  /** These limits, with {@code defaults} where these have none. */
  public Limits orElse(Limits defaults) {
    return new Limits(
        cpuMillis != null ? cpuMillis : defaults.cpuMillis,
        cpuWeight != null ? cpuWeight : defaults.cpuWeight,
        cpuset != null ? cpuset : defaults.cpuset,
        nice != null ? nice : defaults.nice,
        memoryBytes != null ? memoryBytes : defaults.memoryBytes,
        swapBytes != null ? swapBytes : defaults.swapBytes,
        pids != null ? pids : defaults.pids,
        IoLimit.orElse(io, defaults.io),
        ioWeight != null ? ioWeight : defaults.ioWeight,
        timeout != null ? timeout : defaults.timeout,
        outputBytes != null ? outputBytes : defaults.outputBytes);
  }

  /**
   * These limits, with {@code maxima} where these have none, and that would be more than the
   * maximum. There is none of {@code nice}, which only takes.
   *
   * @throws InvalidSpecException naming the field of one that exceeds its maximum
   */
  public Limits within(Limits maxima) {
    return new Limits(
        Maximum.of("limits.cpu_millis", cpuMillis, maxima.cpuMillis),
        Maximum.ofWeight("limits.cpu_weight", cpuWeight, maxima.cpuWeight),
        Maximum.of("limits.cpuset", cpuset, maxima.cpuset),
        nice,
        Maximum.of("limits.memory_bytes", memoryBytes, maxima.memoryBytes),
        Maximum.orNone("limits.swap_bytes", swapBytes, maxima.swapBytes),
        Maximum.of("limits.pids", pids, maxima.pids),
        IoLimit.within(io, maxima.io),
        Maximum.ofWeight("limits.io_weight", ioWeight, maxima.ioWeight),
        Maximum.of("limits.timeout", timeout, maxima.timeout),
        Maximum.of("limits.output_bytes", outputBytes, maxima.outputBytes));
  }

  /** The same with these bounds for disks. */
  public Limits withIo(List<IoLimit> limits) {
    return new Limits(
        cpuMillis,
        cpuWeight,
        cpuset,
        nice,
        memoryBytes,
        swapBytes,
        pids,
        limits,
        ioWeight,
        timeout,
        outputBytes);
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Collects limits; {@link #build} validates them. */
  public static final class Builder {
    private @Nullable Long cpuMillis;
    private @Nullable Long cpuWeight;
    private @Nullable CpuSet cpuset;
    private @Nullable Integer nice;
    private @Nullable Long memoryBytes;
    private @Nullable Long swapBytes;
    private @Nullable Long pids;
    private List<IoLimit> io = List.of();
    private @Nullable Long ioWeight;
    private @Nullable Duration timeout;
    private @Nullable Long outputBytes;

    private Builder() {}

    public Builder cpuMillis(@Nullable Long value) {
      cpuMillis = value;
      return this;
    }

    public Builder cpuWeight(@Nullable Long value) {
      cpuWeight = value;
      return this;
    }

    public Builder cpuset(@Nullable CpuSet value) {
      cpuset = value;
      return this;
    }

    public Builder nice(@Nullable Integer value) {
      nice = value;
      return this;
    }

    public Builder memoryBytes(@Nullable Long value) {
      memoryBytes = value;
      return this;
    }

    public Builder swapBytes(@Nullable Long value) {
      swapBytes = value;
      return this;
    }

    public Builder pids(@Nullable Long value) {
      pids = value;
      return this;
    }

    public Builder io(List<IoLimit> values) {
      io = List.copyOf(values);
      return this;
    }

    public Builder ioWeight(@Nullable Long value) {
      ioWeight = value;
      return this;
    }

    public Builder timeout(@Nullable Duration value) {
      timeout = value;
      return this;
    }

    public Builder outputBytes(@Nullable Long value) {
      outputBytes = value;
      return this;
    }

    public Limits build() {
      return new Limits(
          cpuMillis,
          cpuWeight,
          cpuset,
          nice,
          memoryBytes,
          swapBytes,
          pids,
          io,
          ioWeight,
          timeout,
          outputBytes);
    }
  }
}
