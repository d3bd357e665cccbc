package dev.jobd.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** How jobctl's command lines are written: one model to parse, explain and complete them by. */
final class Commands {
  static final String PROGRAM = "jobctl";

  private Commands() {}

  static CommandLine model() {
    CommandSpec program = CommandSpec.create().name(PROGRAM);
    program.usageMessage().description("Runs commands as jobs on a jobd server.");
    setUp(program, true);
    program.addOption(
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .arity("0")
            .type(boolean.class)
            .description("Shows the version and does nothing")
            .build());
    for (Command command : inOrderOfHelp()) {
      CommandSpec spec = command.spec();
      setUp(spec, command.callsServer());
      program.addSubcommand(spec.name(), spec);
    }
    return new CommandLine(program);
  }

  private static List<Command> inOrderOfHelp() {
    return List.of(
        new StartCommand(),
        new RunCommand(),
        new StatusCommand(),
        new LogsCommand(),
        new WaitCommand(),
        new StopCommand(),
        new ListCommand(),
        new TopCommand(),
        new LimitCommand(),
        new DeleteCommand(),
        new WhoAmICommand(),
        new CompletionCommand(),
        new VersionCommand(),
        new HelpCommand());
  }

  private static void setUp(CommandSpec spec, boolean callsServer) {
    GlobalOptions.addTo(spec, callsServer);
    Forms.explainIn(spec);
    spec.usageMessage().sortOptions(false).sortSynopsis(false).abbreviateSynopsis(true);
    // No @FILE arguments and no ${variables}: what is typed is what is meant.
    spec.parser()
        .expandAtFiles(false)
        .overwrittenOptionsAllowed(true)
        .allowOptionsAsOptionParameters(true)
        .allowSubcommandsAsOptionParameters(true);
    spec.interpolateVariables(false);
  }
}
