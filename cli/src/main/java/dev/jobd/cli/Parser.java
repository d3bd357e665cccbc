package dev.jobd.cli;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sorts a command line into command, options and words, as GNU programs do: {@code --name VALUE},
 * {@code --name=VALUE}, {@code -n VALUE}, {@code -nVALUE}, {@code -abc}, {@code --}. By hand,
 * because picocli, which writes the help, takes longer to load than a call to the server.
 */
final class Parser {
  private final Commands commands;
  private final Deque<String> rest;
  private final Map<String, List<String>> options = new HashMap<>();
  private final List<String> words = new ArrayList<>();
  private @Nullable String name;
  private @Nullable Syntax syntax;
  private boolean optionsEnded;

  private Parser(Commands commands, String... line) {
    this.commands = commands;
    this.rest = new ArrayDeque<>(Arrays.asList(line));
  }

  /**
   * Parses one command line.
   *
   * @throws CommandFailure a usage error
   */
  static Arguments parse(Commands commands, String... line) throws CommandFailure {
    return new Parser(commands, line).parse();
  }

  private Arguments parse() throws CommandFailure {
    while (!rest.isEmpty()) {
      String next = rest.pop();
      if (optionsEnded || next.equals("-") || !next.startsWith("-")) {
        word(next);
      } else if (next.equals("--")) {
        optionsEnded = true;
      } else if (next.startsWith("--") || find(next) != null) {
        longOption(next);
      } else {
        shortOptions(next);
      }
    }
    return new Arguments(name, options, words);
  }

  private void word(String word) throws CommandFailure {
    if (syntax == null) {
      name = word;
      syntax = commands.named(word).syntax();
      return;
    }
    if (syntax.words() == null) {
      throw usage("takes no '" + word + "'");
    }
    words.add(word);
    optionsEnded |= syntax.words().endOptions();
  }

  private void longOption(String given) throws CommandFailure {
    int equals = given.indexOf('=');
    String called = equals < 0 ? given : given.substring(0, equals);
    Option option = require(called);
    if (option.label() == null) {
      if (equals >= 0) {
        throw usage(called + " takes no value");
      }
      add(option, "");
    } else {
      add(option, equals >= 0 ? given.substring(equals + 1) : nextValue(called, option.label()));
    }
  }

  private void shortOptions(String given) throws CommandFailure {
    for (int i = 1; i < given.length(); i++) {
      String called = "-" + given.charAt(i);
      Option option = require(called);
      if (option.label() != null) {
        String attached = given.substring(i + 1);
        add(option, attached.isEmpty() ? nextValue(called, option.label()) : attached);
        return;
      }
      add(option, "");
    }
  }

  private void add(Option option, String value) {
    options.computeIfAbsent(option.name(), _ -> new ArrayList<>()).add(value);
  }

  private String nextValue(String called, String label) throws CommandFailure {
    if (rest.isEmpty()) {
      throw usage(called + " needs its " + label);
    }
    return rest.pop();
  }

  private Option require(String called) throws CommandFailure {
    Option option = find(called);
    if (option == null) {
      throw usage("no option " + called);
    }
    return option;
  }

  private @Nullable Option find(String called) {
    List<Option> known = syntax == null ? GlobalOptions.ALL : syntax.allOptions();
    for (Option option : known) {
      if (option.isCalled(called)) {
        return option;
      }
    }
    return null;
  }

  private CommandFailure usage(String problem) {
    String command = syntax == null ? "jobctl" : "jobctl " + syntax.name();
    return CommandFailure.usage(problem + "; see " + command + " --help");
  }
}
