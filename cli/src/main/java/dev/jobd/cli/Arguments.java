package dev.jobd.cli;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** A parsed command line. An option goes by any of its names here, with the dashes. */
final class Arguments {
  private final ParseResult program;
  private final ParseResult command;

  private Arguments(ParseResult program) {
    this.program = program;
    this.command = program.hasSubcommand() ? program.subcommand() : program;
  }

  /**
   * Parses one command line.
   *
   * @throws CommandFailure a usage error
   */
  static Arguments parse(String... line) throws CommandFailure {
    try {
      return new Arguments(Commands.model().parseArgs(line)).withoutEmptyOptions();
    } catch (UnmatchedArgumentException e) {
      String first = e.getUnmatched().getFirst();
      if (e.isUnknownOption()) {
        throw cannotRead(e, firstLine(e));
      }
      throw e.getCommandLine().getSubcommands().isEmpty()
          ? cannotRead(e, "there is no use for '" + first + "' here")
          : HelpCommand.noCommand(first);
    } catch (ParameterException e) {
      throw cannotRead(e, firstLine(e));
    }
  }

  /**
   * An empty value, of a shell's variable that is not set for example, is not to be taken for an
   * option that was not given.
   */
  private Arguments withoutEmptyOptions() throws CommandFailure {
    for (ParseResult part : List.of(program, command)) {
      for (OptionSpec option : part.matchedOptions()) {
        if (option.arity().max() > 0 && option.stringValues().contains("")) {
          throw CommandFailure.usage(longName(option) + " must not be empty");
        }
      }
    }
    return this;
  }

  private static String longName(OptionSpec option) {
    return Arrays.stream(option.names())
        .filter(name -> name.startsWith("--"))
        .findFirst()
        .orElse(option.longestName());
  }

  private static String firstLine(ParameterException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("cannot be read");
  }

  private static CommandFailure cannotRead(ParameterException e, String problem) {
    String subject = e.getCommandLine().getCommandSpec().qualifiedName();
    return CommandFailure.usage(problem + "; see " + subject + " --help");
  }

  /** The command that was named; {@code null} where none was. */
  @Nullable Command command() {
    return command.commandSpec().userObject() instanceof Command named ? named : null;
  }

  /** The command, or the program where none was named, in full: {@code jobctl run}. */
  String name() {
    return command.commandSpec().qualifiedName();
  }

  /** How the command, or the program where none was named, is used. */
  String usage() {
    return command.commandSpec().commandLine().getUsageMessage(Ansi.OFF).stripTrailing();
  }

  boolean has(String option) {
    return command.hasMatchedOption(option) || program.hasMatchedOption(option);
  }

  /** The option's value, the last where it was given more than once; {@code null} without it. */
  @Nullable String value(String option) {
    List<String> values = values(option);
    return values.isEmpty() ? null : values.getLast();
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

  /** The option's values; those after the command's name win over those before. */
  List<String> values(String option) {
    OptionSpec matched = command.matchedOption(option);
    if (matched == null) {
      matched = program.matchedOption(option);
    }
    return matched == null ? List.of() : matched.stringValues();
  }

  /** What is no option. */
  List<String> words() {
    return command.commandSpec().positionalParameters().stream()
        .flatMap(p -> p.stringValues().stream())
        .toList();
  }
}
