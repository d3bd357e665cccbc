package dev.jobd.cli;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A parsed command line. Options go by their own names here.
 *
 * @param command the command's name as it was typed; {@code null} where none was
 * @param options the values given to each option, in their order; an empty text for a flag
 * @param words what is no option
 */
record Arguments(@Nullable String command, Map<String, List<String>> options, List<String> words) {

  boolean has(String option) {
    return options.containsKey(option);
  }

  /** The option's value, the last where it was given more than once; {@code null} without it. */
  @Nullable String value(String option) {
    List<String> values = values(option);
    return values.isEmpty() ? null : values.getLast();
  }

  List<String> values(String option) {
    return options.getOrDefault(option, List.of());
  }

  /**
   * The option's value as {@code parser} reads it; {@code null} without it.
   *
   * @throws CommandFailure a usage error, with the words of the parser's IllegalArgumentException
   */
  <T> @Nullable T parsed(String option, Function<String, T> parser) throws CommandFailure {
    String value = value(option);
    try {
      return value == null ? null : parser.apply(value);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(option + " " + e.getMessage());
    }
  }
}
