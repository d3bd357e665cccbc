package dev.jobd.cli;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Help texts and completion scripts: the syntax of the commands as picocli lays it out. */
final class Manual {
  private static final String PROGRAM = "jobctl";

  private final CommandLine model;

  Manual(Commands commands) {
    CommandSpec program = CommandSpec.create().name(PROGRAM);
    program.usageMessage().description("Runs commands as jobs on a jobd server.");
    addOptions(program, GlobalOptions.ALL);
    for (Command command : commands.all()) {
      program.addSubcommand(command.syntax().name(), spec(command.syntax()));
    }
    model = new CommandLine(program);
  }

  /** How the program, or with {@code command} one of its commands, is used. */
  String usage(@Nullable String command) {
    CommandLine subject =
        command == null ? model : Objects.requireNonNull(model.getSubcommands().get(command));
    return subject.getUsageMessage(Ansi.OFF).stripTrailing();
  }

  /** A script for bash, which zsh takes too: it turns on zsh's reading of bash's completions. */
  String completionScript() {
    return AutoComplete.bash(PROGRAM, model).stripTrailing();
  }

  private static CommandSpec spec(Syntax syntax) {
    CommandSpec spec = CommandSpec.create().name(syntax.name());
    spec.aliases(syntax.names().stream().skip(1).toArray(String[]::new));
    spec.usageMessage().description(syntax.summary());
    addOptions(spec, syntax.allOptions());
    Syntax.Words words = syntax.words();
    if (words != null) {
      spec.addPositional(
          PositionalParamSpec.builder()
              .index("0..*")
              .type(List.class)
              .auxiliaryTypes(String.class)
              .paramLabel(words.label())
              .description(words.help())
              .build());
      if (words.endOptions()) {
        spec.usageMessage()
            .customSynopsis(
                PROGRAM + " " + syntax.name() + " [OPTIONS] [--] " + words.label() + " [ARG...]");
      }
    }
    return spec;
  }

  private static void addOptions(CommandSpec spec, List<Option> options) {
    spec.interpolateVariables(false);
    spec.usageMessage().sortOptions(false).sortSynopsis(false).abbreviateSynopsis(true);
    for (Option option : options) {
      String[] names = new String[option.aliases().size() + 1];
      option.aliases().toArray(names);
      names[names.length - 1] = option.name();
      OptionSpec.Builder builder = OptionSpec.builder(names).description(option.help());
      spec.addOption(
          option.label() == null
              ? builder.type(boolean.class).arity("0").build()
              : builder.type(String.class).arity("1").paramLabel(option.label()).build());
    }
  }
}
