package dev.jobd.worker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A start that would exceed what its owner's jobs may take together. Nothing was started or
 * recorded. The message says how much there is, how much is used, and the way out.
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

  /** Its name in a configuration, for example {@code running_jobs}. */
  public String quota() {
    return quota;
  }

  /** How much there is: jobs, bytes, thousandths of a core, or starts at once. */
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
