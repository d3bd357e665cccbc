package dev.jobd.worker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A start, or a change of limits, that would exceed what its owner's jobs may take together, or
 * that comes too soon after others. Nothing was started, changed or recorded. The message says how
 * much there is, how much is used, and the way out.
 */
public final class QuotaExceededException extends RuntimeException {
  private final String quota;
  private final long bound;
  private final long used;
  private final @Nullable Duration retryAfter;

  QuotaExceededException(
      String quota, long bound, long used, @Nullable Duration retryAfter, String message) {
    super(message);
    this.quota = quota;
    this.bound = bound;
    this.used = used;
    this.retryAfter = retryAfter;
  }

  /** Its name, for example {@code running_jobs}; most are those of a configuration. */
  public String quota() {
    return quota;
  }

  /** How much there is: jobs, bytes, thousandths of a core, starts or changes at once. */
  public long bound() {
    return bound;
  }

  /** How much of it is used, in the same unit. */
  public long used() {
    return used;
  }

  /** When there will be room, by itself; {@code null} where that is when other jobs end. */
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
