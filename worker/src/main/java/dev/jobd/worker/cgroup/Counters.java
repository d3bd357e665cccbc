package dev.jobd.worker.cgroup;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The text of a control file that holds counts: one alone, or some with their names. What is not
 * there, or is no count, is {@code null}.
 */
record Counters(String text) {

  /** The count that the text begins with. */
  @Nullable Long single() {
    return numberAt(0);
  }

  /** The count in the line {@code name count}. */
  @Nullable Long named(String name) {
    Counters line = line(name);
    return line == null ? null : line.single();
  }

  /** The same for a count of {@code unit}. */
  @Nullable Duration named(String name, ChronoUnit unit) {
    return time(named(name), unit.getDuration());
  }

  /**
   * A time that the kernel tells as so many {@code unit}. Times that it took by subtraction have
   * come out below zero, and are told near 2^64 then: what is beyond all that nanoseconds can count
   * is no time, and {@code null}.
   */
  static @Nullable Duration time(@Nullable Long count, Duration unit) {
    if (count == null || count > Long.MAX_VALUE / unit.toNanos()) {
      return null;
    }
    return unit.multipliedBy(count);
  }

  /** What follows {@code name} and a space in the line that begins so. */
  @Nullable Counters line(String name) {
    String beginning = name + " ";
    for (int at = 0; at < text.length(); at = endOfLine(at) + 1) {
      if (text.startsWith(beginning, at)) {
        return new Counters(text.substring(at + beginning.length(), endOfLine(at)));
      }
    }
    return null;
  }

  /**
   * The counts of all lines that follow {@code word}, added up, at most {@link Long#MAX_VALUE}.
   *
   * @param word with what separates it from its count: {@code rbytes=}
   */
  @Nullable Long sum(String word) {
    Long sum = null;
    for (int at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length())) {
      Long count = numberAt(at + word.length());
      if (count != null && (at == 0 || Character.isWhitespace(text.charAt(at - 1)))) {
        sum = sum == null ? count : Long.valueOf(Math.min(sum, Long.MAX_VALUE - count) + count);
      }
    }
    return sum;
  }

  /** The first words of the lines. */
  Set<String> subjects() {
    return text.lines().map(Counters::subject).collect(Collectors.toSet());
  }

  /** The lines whose first word is one of {@code subjects}. */
  Counters lines(Predicate<String> subjects) {
    return new Counters(
        text.lines()
            .filter(line -> subjects.test(subject(line)))
            .collect(Collectors.joining("\n")));
  }

  private static String subject(String line) {
    int end = line.indexOf(' ');
    return end < 0 ? line : line.substring(0, end);
  }

  private int endOfLine(int from) {
    int end = text.indexOf('\n', from);
    return end < 0 ? text.length() : end;
  }

  private @Nullable Long numberAt(int from) {
    int to = from;
    while (to < text.length() && text.charAt(to) >= '0' && text.charAt(to) <= '9') {
      to++;
    }
    try {
      return Long.valueOf(text.substring(from, to));
    } catch (NumberFormatException e) {
      return null; // there is none
    }
  }
}
