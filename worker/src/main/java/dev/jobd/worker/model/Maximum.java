package dev.jobd.worker.model;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of a limit under its maximum, {@code null} where there is none: it is as asked for,
 * and refused where that is more.
 */
final class Maximum {
  private Maximum() {}

  /** Without the limit a job would have no bound: the maximum is it then. */
  static <T extends Comparable<T>> @Nullable T of(
      String field, @Nullable T asked, @Nullable T max) {
    return asked == null ? max : orNone(field, asked, max);
  }

  /** Without the limit a job has the least there is. */
  static <T extends Comparable<T>> @Nullable T orNone(
      String field, @Nullable T asked, @Nullable T max) {
    if (asked != null && max != null && asked.compareTo(max) > 0) {
      throw exceeded(field, max, asked);
    }
    return asked;
  }

  /** Without a weight a job has {@link Limits#DEFAULT_WEIGHT}, which may be too much. */
  static @Nullable Long ofWeight(String field, @Nullable Long asked, @Nullable Long max) {
    boolean tooMuch = asked == null && max != null && max < Limits.DEFAULT_WEIGHT;
    return tooMuch ? max : orNone(field, asked, max);
  }

  /** The processors that a job may have are a maximum, too. */
  static @Nullable CpuSet of(String field, @Nullable CpuSet asked, @Nullable CpuSet max) {
    if (asked == null) {
      return max;
    }
    if (max != null && !max.contains(asked)) {
      throw new InvalidSpecException(
          field, "must be among " + max + ", the maximum here, was " + asked);
    }
    return asked;
  }

  private static InvalidSpecException exceeded(String field, Object max, Object asked) {
    return new InvalidSpecException(
        field, "must be at most " + max + ", the maximum here, was " + asked);
  }
}
