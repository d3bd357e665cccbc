package dev.jobd.server.rpc;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.jobd.worker.model.InvalidSpecException;
import java.time.Duration;
import java.time.Instant;

/** Times and durations between their protobuf and their Java form. */
final class WireTime {
  private static final int NANOS_PER_SECOND = 1_000_000_000;

  private WireTime() {}

  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  /**
   * @throws InvalidSpecException naming {@code field} where it is not between the years 1 and 9999
   *     or nanos are not between 0 and a second
   */
  static Instant instant(String field, Timestamp timestamp) {
    if (!Timestamps.isValid(timestamp)) {
      throw new InvalidSpecException(
          field,
          "must be a time of the years 1 to 9999 with nanos from 0 to a second, was %d s %d ns"
              .formatted(timestamp.getSeconds(), timestamp.getNanos()));
    }
    return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
  }

  static com.google.protobuf.Duration duration(Duration duration) {
    // Java's nanos count up from the second below, protobuf's bear the sign of the whole.
    boolean borrow = duration.isNegative() && duration.getNano() > 0;
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.getSeconds() + (borrow ? 1 : 0))
        .setNanos(duration.getNano() - (borrow ? NANOS_PER_SECOND : 0))
        .build();
  }

  /**
   * @throws InvalidSpecException naming {@code field} where seconds and nanos differ in sign or
   *     nanos exceed a second
   */
  static Duration duration(String field, com.google.protobuf.Duration duration) {
    long seconds = duration.getSeconds();
    int nanos = duration.getNanos();
    boolean oneSign = seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0);
    if (!oneSign || Math.abs((long) nanos) >= NANOS_PER_SECOND) {
      throw new InvalidSpecException(
          field,
          "must be a duration with nanos of the same sign and below a second, was %d s %d ns"
              .formatted(seconds, nanos));
    }
    try {
      return Duration.ofSeconds(seconds, nanos);
    } catch (ArithmeticException e) {
      throw new InvalidSpecException(field, "must be a shorter duration");
    }
  }
}
