package dev.jobd.worker;

import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.Limits;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Bounds on what the jobs of one owner take together, the same for every owner; {@code null} where
 * there is none. A job counts with its limits, from its start to its end.
 *
 * @param runningJobs that are live at one time
 * @param startRate of starts
 * @param cpuMillis of live jobs' limits together, in thousandths of a core
 * @param memoryBytes of live jobs' limits together
 * @param outputBytes kept of ended jobs, and the limits of live ones. Where a start would exceed
 *     it, outputs of the owner's that ended first go; refused is only what does not fit beside
 *     other live jobs
 * @param totalOutputBytes the same of all owners together
 */
public record Quotas(
    @Nullable Long runningJobs,
    @Nullable StartRate startRate,
    @Nullable Long cpuMillis,
    @Nullable Long memoryBytes,
    @Nullable Long outputBytes,
    @Nullable Long totalOutputBytes) {

  public static final long MAX_RUNNING_JOBS = 1_000_000;

  public static final Quotas NONE = new Quotas(null, null, null, null, null, null);

  /** More than a host of usual size takes, of one owner. */
  public static final Quotas DEFAULT = new Quotas(4096L, null, null, null, null, null);

  public Quotas {
    requireBetween(Quota.RUNNING_JOBS, runningJobs, 1, MAX_RUNNING_JOBS);
    requireBetween(Quota.CPUS, cpuMillis, Limits.MIN_CPU_MILLIS, Limits.MAX_CPU_MILLIS);
    requireBetween(Quota.MEMORY, memoryBytes, Limits.MIN_MEMORY_BYTES, Limits.MAX_MEMORY_BYTES);
    requireBetween(Quota.OUTPUT, outputBytes, 1, Limits.MAX_OUTPUT_BYTES);
    requireBetween(Quota.TOTAL_OUTPUT, totalOutputBytes, 1, Limits.MAX_OUTPUT_BYTES);
  }

  /**
   * How often jobs may be started: a bucket that holds {@code burst} starts, full at first, and
   * gets {@code perSecond} new ones a second.
   *
   * @param perSecond 1 to {@value #MAX}
   * @param burst 1 to {@value #MAX}
   */
  public record StartRate(long perSecond, long burst) {
    public static final long MAX = 1_000_000;

    public StartRate {
      requireBetween("starts_per_second", perSecond, 1, MAX, Long::toString);
      requireBetween("start_burst", burst, 1, MAX, Long::toString);
    }
  }

  private static void requireBetween(Quota quota, @Nullable Long value, long min, long max) {
    if (value != null) {
      requireBetween(quota.toString(), value, min, max, quota::words);
    }
  }

  private static void requireBetween(
      String field, long value, long min, long max, LongFunction<String> words) {
    if (value < min || value > max) {
      throw new InvalidSpecException(
          "quotas." + field,
          "must be %s to %s, was %s"
              .formatted(words.apply(min), words.apply(max), words.apply(value)));
    }
  }
}
