package dev.jobd.api.args;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a command line into words as a POSIX shell does: blanks and newlines separate, {@code '…'}
 * keeps everything, {@code "…"} keeps everything but a backslash before {@code $ ` " \} or a
 * newline, a backslash outside quotes keeps the next character. Nothing is expanded: {@code $},
 * {@code *}, {@code |}, {@code ;}, {@code #} and {@code ~} are ordinary characters.
 */
public final class ShellWords {
  private static final String ESCAPABLE_IN_QUOTES = "$`\"\\\n";

  private final String line;
  private final List<String> words = new ArrayList<>();
  private final StringBuilder word = new StringBuilder();
  // A word may be empty: '' is one. So its length does not tell whether it has begun.
  private boolean inWord;
  private int next;

  private ShellWords(String line) {
    this.line = line;
  }

  /**
   * The words of {@code line}; none for a blank one.
   *
   * @throws IllegalArgumentException for a quote that is not closed or a backslash at the end
   */
  public static List<String> split(String line) {
    return new ShellWords(line).split();
  }

  private List<String> split() {
    while (next < line.length()) {
      char c = line.charAt(next++);
      switch (c) {
        case ' ', '\t', '\n' -> endWord();
        case '\'' -> singleQuoted();
        case '"' -> doubleQuoted();
        case '\\' -> escaped();
        default -> append(c);
      }
    }
    endWord();
    return List.copyOf(words);
  }

  private void append(char c) {
    inWord = true;
    word.append(c);
  }

  private void endWord() {
    if (inWord) {
      words.add(word.toString());
      word.setLength(0);
      inWord = false;
    }
  }

  private void singleQuoted() {
    int close = line.indexOf('\'', next);
    if (close < 0) {
      throw notClosed('\'', next);
    }
    inWord = true;
    word.append(line, next, close);
    next = close + 1;
  }

  private void doubleQuoted() {
    int open = next;
    inWord = true;
    while (next < line.length()) {
      char c = line.charAt(next++);
      if (c == '"') {
        return;
      }
      if (c == '\\'
          && next < line.length()
          && ESCAPABLE_IN_QUOTES.indexOf(line.charAt(next)) >= 0) {
        escaped();
      } else {
        append(c);
      }
    }
    throw notClosed('"', open);
  }

  /** What follows a backslash; a newline is no character but the line going on. */
  private void escaped() {
    if (next == line.length()) {
      throw new IllegalArgumentException("ends with a backslash that escapes nothing");
    }
    char c = line.charAt(next++);
    if (c != '\n') {
      append(c);
    }
  }

  private static IllegalArgumentException notClosed(char quote, int position) {
    return new IllegalArgumentException(
        "the quote " + quote + " at character " + position + " is not closed");
  }
}
