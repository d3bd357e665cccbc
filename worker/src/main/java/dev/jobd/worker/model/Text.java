package dev.jobd.worker.model;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * The rules for text that the records share. Sizes are in UTF-8 bytes, as the kernel counts them.
 *
 * <p>No record holds half a surrogate pair: it has no UTF-8, so that neither the kernel nor the
 * store nor the API could be given what was asked for.
 */
public final class Text {
  /** Names of jobs and keys of labels: no path, no option, no surprise in a shell. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private static final String ELLIPSIS = "…";

  private Text() {}

  static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  static void requirePresent(String field, String text) {
    if (text.isEmpty()) {
      throw new InvalidSpecException(field, "must not be empty");
    }
  }

  /** What the kernel can be given: at most {@code maxBytes}, no NUL, no half surrogate pair. */
  static void requireForKernel(String field, String text, int maxBytes) {
    if (text.indexOf('\0') >= 0) {
      throw new InvalidSpecException(field, "must not hold a NUL character");
    }
    requireWhole(field, text);
    requireAtMost(field, text, maxBytes);
  }

  /**
   * What a table can show on one line as what it is: at most {@code maxBytes}, and nothing that
   * breaks the line, hides, or makes the text around it read in another order.
   */
  static void requireForLine(String field, String text, int maxBytes) {
    requireWhole(field, text);
    requireAtMost(field, text, maxBytes);
    if (text.codePoints().anyMatch(Text::disturbsALine)) {
      throw new InvalidSpecException(
          field,
          "must not hold control characters, line separators or invisible format characters");
    }
  }

  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  static void requireName(String field, String text) {
    if (!isName(text)) {
      throw new InvalidSpecException(
          field, "must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with a letter or digit");
    }
  }

  /**
   * {@code text} made to fit: half surrogate pairs replaced and, where it is longer than {@code
   * maxBytes}, its end cut off between two characters and an ellipsis put there. For words of
   * jobd's own, which are better shortened than lost.
   */
  static String cut(String text, int maxBytes) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8); // half a pair becomes a question mark
    if (utf8.length <= maxBytes) {
      return new String(utf8, StandardCharsets.UTF_8);
    }
    int end = maxBytes - utf8Length(ELLIPSIS);
    while (isContinuation(utf8[end])) {
      end--;
    }
    return new String(utf8, 0, end, StandardCharsets.UTF_8) + ELLIPSIS;
  }

  private static boolean isContinuation(byte utf8) {
    return (utf8 & 0xc0) == 0x80;
  }

  private static void requireWhole(String field, String text) {
    if (text.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
      throw new InvalidSpecException(field, "must not hold half a surrogate pair");
    }
  }

  private static void requireAtMost(String field, String text, int maxBytes) {
    int length = utf8Length(text);
    if (length > maxBytes) {
      throw new InvalidSpecException(
          field, "must be at most " + maxBytes + " bytes, was " + length);
    }
  }

  /** Whether it breaks a line, hides, or makes the text around it read in another order. */
  public static boolean disturbsALine(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
