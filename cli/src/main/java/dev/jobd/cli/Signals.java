package dev.jobd.cli;

import java.util.List;
import java.util.Locale;

/** Linux's signals by name and number. */
final class Signals {
  static final int KILL = 9;
  static final int PIPE = 13;
  static final int TERM = 15;

  private static final int MAX = 64;

  /** In the order of their numbers on x86-64 and AArch64, from 1 on. */
  private static final List<String> NAMES =
      List.of(
          "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
          "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");

  private Signals() {}

  /**
   * The number of {@code TERM}, {@code SIGTERM} or {@code 15}.
   *
   * @throws IllegalArgumentException saying what would be right
   */
  static int parse(String text) {
    String name = text.toUpperCase(Locale.ROOT);
    int index = NAMES.indexOf(name.startsWith("SIG") ? name.substring(3) : name);
    if (index >= 0) {
      return index + 1;
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= 1 && number <= MAX) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Neither name nor number.
    }
    throw new IllegalArgumentException("must be a signal like TERM or 15, was '" + text + "'");
  }
}
