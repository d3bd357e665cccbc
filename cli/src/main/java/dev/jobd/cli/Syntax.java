package dev.jobd.cli;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a command is written.
 *
 * @param names its own name first, then its aliases
 * @param summary what it does, in a sentence
 * @param options those that it has beside {@link GlobalOptions}
 * @param words what it takes beside options; {@code null} for nothing
 */
record Syntax(List<String> names, String summary, List<Option> options, @Nullable Words words) {

  /**
   * The words that are no options.
   *
   * @param label what one is called in the help
   * @param help what they are
   * @param endOptions whether everything from the first word on is a word
   */
  record Words(String label, String help, boolean endOptions) {}

  Syntax {
    names = List.copyOf(names);
    options = List.copyOf(options);
  }

  String name() {
    return names.getFirst();
  }

  /** Those of its own, then those that every command has. */
  List<Option> allOptions() {
    return Stream.concat(options.stream(), GlobalOptions.ALL.stream()).toList();
  }
}
