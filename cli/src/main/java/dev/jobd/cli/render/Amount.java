package dev.jobd.cli.render;

import java.time.Duration;
import java.util.Locale;

/** Numbers in few characters, for people. */
final class Amount {
  private static final String UNITS = "KMGTPE";
  private static final double UNIT = 1024;
  private static final double TEN = 9.95;
  private static final double MILLIS_PER_CORE = 1000;

  private Amount() {}

  /** Bytes in powers of 1024, in at most five characters: {@code 0}, {@code 9.5K}, {@code 512M}. */
  static String bytes(double bytes) {
    double amount = bytes;
    int unit = -1;
    while (amount >= UNIT - 0.5 && unit < UNITS.length() - 1) {
      amount /= UNIT;
      unit++;
    }
    if (unit < 0) {
      return Long.toString(Math.round(amount));
    }
    String digits =
        amount < TEN
            ? String.format(Locale.ROOT, "%.1f", amount).replace(".0", "")
            : Long.toString(Math.round(amount));
    return digits + UNITS.charAt(unit);
  }

  /** Cores, given in thousandths: {@code 0.5}, {@code 2}. */
  static String cores(long millis) {
    double cores = millis / MILLIS_PER_CORE;
    return cores == Math.rint(cores) ? Long.toString((long) cores) : Double.toString(cores);
  }

  /** A time span as options take it: {@code 1h30m}, {@code 0.5s}. */
  static String span(com.google.protobuf.Duration span) {
    return Duration.ofSeconds(span.getSeconds(), span.getNanos())
        .toString()
        .substring("PT".length())
        .toLowerCase(Locale.ROOT);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f", 100 * share);
  }

  /** A time span to the second: {@code 0:07}, {@code 12:34}, {@code 1:02:03}, {@code 3d04h}. */
  static String time(Duration time) {
    if (time.toDays() > 0) {
      return String.format(Locale.ROOT, "%dd%02dh", time.toDays(), time.toHoursPart());
    }
    return time.toHours() > 0
        ? String.format(
            Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
        : String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
  }
}
