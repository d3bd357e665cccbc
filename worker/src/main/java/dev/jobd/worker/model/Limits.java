package dev.jobd.worker.model;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Bounds on one job; {@code null} where there is none.
 *
 * @param cpuMillis processor time in thousandths of a core: 500 is half a core
 * @param memoryBytes memory and page cache of the whole job, swap held to zero
 * @param pids processes and threads that the job may have at one time
 * @param timeout run time, after which the job is killed
 * @param outputBytes bytes of output kept, both streams together
 */
public record Limits(
    @Nullable Long cpuMillis,
    @Nullable Long memoryBytes,
    @Nullable Long pids,
    @Nullable Duration timeout,
    @Nullable Long outputBytes) {

  /** No bound on anything. */
  public static final Limits NONE = new Limits(null, null, null, null, null);

  /** One hundredth of a core: the kernel's least quota is 1 ms in a period of 100 ms. */
  public static final long MIN_CPU_MILLIS = 10;

  /** More cores than any machine has; keeps quota arithmetic far from overflow. */
  public static final long MAX_CPU_MILLIS = 1_000_000_000;

  /** Below this not even a static program starts. */
  public static final long MIN_MEMORY_BYTES = 1 << 20;

  public static final long MAX_MEMORY_BYTES = 1L << 60;
  public static final long MAX_PIDS = 1 << 22;
  public static final Duration MIN_TIMEOUT = Duration.ofMillis(1);
  public static final Duration MAX_TIMEOUT = Duration.ofDays(3650);
  public static final long MAX_OUTPUT_BYTES = 1L << 50;

  public Limits {
    requireBetween("limits.cpu_millis", cpuMillis, MIN_CPU_MILLIS, MAX_CPU_MILLIS);
    requireBetween("limits.memory_bytes", memoryBytes, MIN_MEMORY_BYTES, MAX_MEMORY_BYTES);
    requireBetween("limits.pids", pids, 1, MAX_PIDS);
    requireBetween("limits.output_bytes", outputBytes, 1, MAX_OUTPUT_BYTES);
    if (timeout != null
        && (timeout.compareTo(MIN_TIMEOUT) < 0 || timeout.compareTo(MAX_TIMEOUT) > 0)) {
      throw new InvalidSpecException("limits.timeout", "must be 1 ms to 3650 days, was " + timeout);
    }
  }

  /** These limits, with {@code defaults} where these have none. */
  public Limits orElse(Limits defaults) {
    return new Limits(
        cpuMillis != null ? cpuMillis : defaults.cpuMillis,
        memoryBytes != null ? memoryBytes : defaults.memoryBytes,
        pids != null ? pids : defaults.pids,
        timeout != null ? timeout : defaults.timeout,
        outputBytes != null ? outputBytes : defaults.outputBytes);
  }

  private static void requireBetween(String field, @Nullable Long value, long min, long max) {
    if (value != null) {
      Numbers.requireBetween(field, value, min, max);
    }
  }
}
