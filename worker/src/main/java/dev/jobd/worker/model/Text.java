package dev.jobd.worker.model;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * The rules for text that the records share. Sizes are in UTF-8 bytes, as the kernel counts them.
 */
final class Text {
  /** Names of jobs and keys of labels: no path, no option, no surprise in a shell. */
  static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private Text() {}

  static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  static void requirePresent(String field, String text) {
    if (text.isEmpty()) {
      throw new InvalidSpecException(field, "must not be empty");
    }
  }

  static void requireAtMost(String field, String text, int maxBytes) {
    int length = utf8Length(text);
    if (length > maxBytes) {
      throw new InvalidSpecException(
          field, "must be at most " + maxBytes + " bytes, was " + length);
    }
  }

  static void requireNoNul(String field, String text) {
    if (text.indexOf('\0') >= 0) {
      throw new InvalidSpecException(field, "must not hold a NUL character");
    }
  }

  static void requireNoControlCharacters(String field, String text) {
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new InvalidSpecException(field, "must not hold control characters");
    }
  }

  static void requireName(String field, String text) {
    if (!NAME.matcher(text).matches()) {
      throw new InvalidSpecException(
          field, "must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with a letter or digit");
    }
  }
}
