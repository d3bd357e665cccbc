package dev.jobd.cli.render;

import java.util.HexFormat;

/** Text inside the strings of JSON: it stays the same text, and does nothing to a terminal. */
final class JsonText {
  private JsonText() {}

  /** One character that is neither quote nor backslash; as an escape where it acts when shown. */
  static void append(StringBuilder json, int c) {
    if (!Printable.acts(c)) {
      json.appendCodePoint(c);
      return;
    }
    for (char unit : Character.toChars(c)) {
      json.append("\\u").append(HexFormat.of().toHexDigits(unit));
    }
  }

  /** The same of a whole document; what stands outside of its strings is ASCII. */
  static String harmless(String document) {
    if (document.codePoints().noneMatch(JsonText::actsInStrings)) {
      return document;
    }
    StringBuilder harmless = new StringBuilder(document.length() + 16);
    document
        .codePoints()
        .forEach(
            c -> {
              if (actsInStrings(c)) {
                append(harmless, c);
              } else {
                harmless.appendCodePoint(c);
              }
            });
    return harmless.toString();
  }

  /** Of a document's characters; JSON has no control of ASCII but DEL in its strings. */
  private static boolean actsInStrings(int c) {
    return c >= 0x7f && Printable.acts(c);
  }
}
