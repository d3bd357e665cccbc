package dev.jobd.api.args;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;

/** A time as people write it. */
public final class PointInTime {
  private PointInTime() {}

  /**
   * A time in RFC 3339, like {@code 2026-01-31T08:00:00Z} or {@code 2026-01-31T09:00:00.5+01:00},
   * or a time span before {@code now}, as {@link Quantity#duration} has them, like {@code 10m}.
   *
   * @throws IllegalArgumentException whose message says what would be right and quotes {@code text}
   */
  public static Instant parse(String text, Instant now) {
    try {
      return text.contains("-")
          ? OffsetDateTime.parse(text).toInstant()
          : now.minus(Quantity.duration(text));
    } catch (DateTimeParseException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "must be a time like 2026-01-31T08:00:00Z, or how long ago it was, like 10m, was '"
              + text
              + "'",
          e);
    }
  }
}
