package dev.jobd.cli.render;

import com.google.protobuf.Timestamp;
import java.time.Instant;

/**
 * Times in RFC 3339, in UTC and all equally long, so that they sort as text. Many lines share a
 * second, so its text is kept. For one thread.
 */
final class TimeText {
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final int digits;
  private long second = Long.MIN_VALUE;
  private String secondText = "";

  /**
   * @param digits of the fraction of the second: 1 to 9; those that follow are cut off
   */
  TimeText(int digits) {
    this.digits = digits;
  }

  /** In nanoseconds since 1970. */
  static long nanos(Timestamp time) {
    return time.getSeconds() * NANOS_PER_SECOND + time.getNanos();
  }

  void append(StringBuilder text, long nanos) {
    long newSecond = Math.floorDiv(nanos, NANOS_PER_SECOND);
    if (newSecond != second) {
      second = newSecond;
      String whole = Instant.ofEpochSecond(newSecond).toString(); // ends with the second and Z
      secondText = whole.substring(0, whole.length() - 1) + ".";
    }
    text.append(secondText);
    long left = Math.floorMod(nanos, NANOS_PER_SECOND);
    long unit = NANOS_PER_SECOND / 10;
    for (int i = 0; i < digits; i++) {
      text.append((char) ('0' + left / unit));
      left %= unit;
      unit /= 10;
    }
    text.append('Z');
  }
}
