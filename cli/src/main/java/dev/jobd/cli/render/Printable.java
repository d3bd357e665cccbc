package dev.jobd.cli.render;

/** Text from elsewhere, made harmless for a terminal and for a line of a table. */
public final class Printable {
  private Printable() {}

  /**
   * {@code text} with backslash escapes in place of what moves the cursor, breaks the line or
   * changes the order of what is shown.
   */
  public static String escape(String text) {
    if (text.codePoints().noneMatch(Printable::acts)) {
      return text;
    }
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    text.codePoints().forEach(c -> append(escaped, c));
    return escaped.toString();
  }

  static void append(StringBuilder escaped, int c) {
    if (!acts(c)) {
      escaped.appendCodePoint(c);
      return;
    }
    switch (c) {
      case '\n' -> escaped.append("\\n");
      case '\r' -> escaped.append("\\r");
      case '\t' -> escaped.append("\\t");
      default -> escaped.append(String.format("\\u%04x", c));
    }
  }

  /** Whether {@code c} moves the cursor, breaks the line or changes the order of what is shown. */
  static boolean acts(int c) {
    if (c >= 0x20 && c < 0x7f) {
      return false;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }
}
