package dev.jobd.bench;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where another JVM has its heap, and how much of it is in use: what {@code jcmd PID GC.heap_info}
 * says of G1.
 */
record JavaHeap(long start, long end, long used) {
  private static final Pattern TOTAL =
      Pattern.compile("used (\\d+)K \\[0x([0-9a-f]+), 0x([0-9a-f]+)\\)");

  static JavaHeap parse(String info) {
    Matcher total = TOTAL.matcher(info);
    if (!total.find()) {
      throw new IllegalArgumentException("GC.heap_info tells no heap: " + info);
    }
    return new JavaHeap(
        Long.parseUnsignedLong(total.group(2), 16),
        Long.parseUnsignedLong(total.group(3), 16),
        Long.parseLong(total.group(1)) << 10);
  }
}
