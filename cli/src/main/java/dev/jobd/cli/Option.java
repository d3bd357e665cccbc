package dev.jobd.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One option of a command line.
 *
 * @param name its own name, {@code --like-this}, by which commands ask for it
 * @param aliases its other names: {@code -l}, {@code --alike}
 * @param label what its value is called in the help; {@code null} for an option without one
 * @param help what it does, in a line
 */
record Option(String name, List<String> aliases, @Nullable String label, String help) {

  /** An option that is given or not. */
  static Option flag(String name, String help, String... aliases) {
    return new Option(name, List.of(aliases), null, help);
  }

  /** An option with a value. */
  static Option value(String name, String label, String help, String... aliases) {
    return new Option(name, List.of(aliases), label, help);
  }

  boolean isCalled(String given) {
    return name.equals(given) || aliases.contains(given);
  }
}
