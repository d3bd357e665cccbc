package dev.jobd.api.args;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Numbers, most with units, as people write them. Every method throws an {@link
 * IllegalArgumentException} whose message says what would be right and quotes what was given. None
 * judges whether the value makes sense where it is used: zero passes.
 */
public final class Quantity {
  // Digits are bounded so that no text, however long, makes arithmetic slow.
  private static final String NUMBER = "[0-9]{1,19}(?:\\.[0-9]{1,9})?";
  private static final Pattern WHOLE_NUMBER = Pattern.compile("[+-]?[0-9]+");
  private static final Pattern CORES = Pattern.compile(NUMBER + "|\\.[0-9]{1,9}");
  private static final Pattern BYTES = Pattern.compile("(" + NUMBER + ")([KMGT](?:IB)?|B)?");
  private static final Pattern DURATION_PART = Pattern.compile("(" + NUMBER + ")(ms|s|m|h|d)");

  private Quantity() {}

  /**
   * Bytes: {@code 4096}, {@code 64K}, {@code 256M}, {@code 1.5G}, {@code 1T}. Units are powers of
   * 1024, in either case.
   */
  public static long bytes(String text) {
    Matcher matcher = BYTES.matcher(text.toUpperCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw invalid("a size like 4096, 64K, 256M or 1.5G", text);
    }
    String unit = matcher.group(2);
    int shift =
        switch (unit == null ? 'B' : unit.charAt(0)) {
          case 'K' -> 10;
          case 'M' -> 20;
          case 'G' -> 30;
          case 'T' -> 40;
          default -> 0;
        };
    BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(1L << shift));
    return exact(bytes, "a whole number of bytes below 8388608T", text);
  }

  /**
   * A time span: {@code 500ms}, {@code 10s}, {@code 5m}, {@code 1h}, {@code 2d}, {@code 1h30m}, or
   * {@code 0}.
   */
  public static Duration duration(String text) {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    Matcher part = DURATION_PART.matcher(text);
    BigDecimal nanos = BigDecimal.ZERO;
    int end = 0;
    while (end < text.length() && part.find(end) && part.start() == end) {
      nanos = nanos.add(new BigDecimal(part.group(1)).multiply(nanosIn(part.group(2))));
      end = part.end();
    }
    if (end == 0 || end < text.length()) {
      throw invalid("a time span like 500ms, 10s, 5m, 1h or 2d", text);
    }
    return Duration.ofNanos(exact(nanos, "a time span of at most 106751d", text));
  }

  /** Processor cores in thousandths, rounded: {@code 0.5} is 500, {@code 2} is 2000. */
  public static long cpuMillis(String text) {
    if (!CORES.matcher(text).matches()) {
      throw invalid("a number of cores like 0.5 or 2", text);
    }
    BigDecimal millis = new BigDecimal(text).movePointRight(3).setScale(0, RoundingMode.HALF_UP);
    return exact(millis, "a number of cores below 9000000000000000", text);
  }

  /** A whole number: {@code 64}. */
  public static long count(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw noWholeNumber(text, Long.MIN_VALUE, Long.MAX_VALUE);
    }
  }

  /** A whole number of which none is large: {@code -5}. */
  public static int smallCount(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw noWholeNumber(text, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
  }

  private static IllegalArgumentException noWholeNumber(String text, long min, long max) {
    boolean overflows = WHOLE_NUMBER.matcher(text).matches();
    return invalid(
        overflows ? "a whole number from " + min + " to " + max : "a whole number", text);
  }

  private static BigDecimal nanosIn(String unit) {
    return BigDecimal.valueOf(
        switch (unit) {
          case "ms" -> 1_000_000L;
          case "s" -> 1_000_000_000L;
          case "m" -> 60_000_000_000L;
          case "h" -> 3_600_000_000_000L;
          case "d" -> 86_400_000_000_000L;
          default -> throw new AssertionError(unit);
        });
  }

  private static long exact(BigDecimal value, String expected, String text) {
    try {
      return value.longValueExact();
    } catch (ArithmeticException e) {
      throw invalid(expected, text);
    }
  }

  private static IllegalArgumentException invalid(String expected, String text) {
    return new IllegalArgumentException("must be " + expected + ", was '" + text + "'");
  }
}
