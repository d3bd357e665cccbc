package dev.jobd.worker.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A span of time; {@code null} is open.
 *
 * @param from the first moment in it
 * @param until the first moment after it; not before {@code from}
 */
public record TimeRange(@Nullable Instant from, @Nullable Instant until) {
  public static final TimeRange ALWAYS = new TimeRange(null, null);

  public TimeRange {
    if (from != null && until != null && until.isBefore(from)) {
      throw new InvalidSpecException(
          "created_before", "must not be before created_after, was " + until + " and " + from);
    }
  }
}
