package dev.jobd.api.args;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;

/** A time as people write it. */
public final class PointInTime {
  private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");

  private PointInTime() {}

  /**
   * A time in RFC 3339, like {@code 2026-01-31T08:00:00Z} or {@code 2026-01-31T09:00:00.5+01:00};
   * or a date like {@code 2026-01-31}, which is its beginning in UTC, as all times are shown; or a
   * time span before {@code now}, as {@link Quantity#duration} has them, like {@code 10m}.
   *
   * @throws IllegalArgumentException whose message says what would be right and quotes {@code text}
   */
  public static Instant parse(String text, Instant now) {
    try {
      if (DATE.matcher(text).matches()) {
        return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
      }
      return text.contains("-")
          ? OffsetDateTime.parse(text).toInstant()
          : now.minus(Quantity.duration(text));
    } catch (DateTimeParseException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "must be a time like 2026-01-31 or 2026-01-31T08:00:00Z, or how long ago it was, like"
              + " 10m, was '"
              + text
              + "'",
          e);
    }
  }
}
