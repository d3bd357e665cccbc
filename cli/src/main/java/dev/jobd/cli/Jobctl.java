package dev.jobd.cli;

import dev.jobd.cli.render.Console;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The program without its process: finds the command, runs it, tells what went wrong. */
final class Jobctl {
  private static final String BROKEN_PIPE = "Broken pipe";

  private final Environment environment;
  private final Console console;
  private final Connector connector;

  Jobctl(Environment environment, Console console, Connector connector) {
    this.environment = environment;
    this.console = console;
    this.connector = connector;
  }

  private static List<Command> commands() {
    return List.of(
        new StartCommand(),
        new RunCommand(),
        new StatusCommand(),
        new LogsCommand(),
        new WaitCommand(),
        new StopCommand(),
        new ListCommand(),
        new WhoAmICommand(),
        new CompletionCommand(),
        new VersionCommand(),
        new HelpCommand());
  }

  /** How jobctl's command line is written. */
  static CommandSpec model() {
    CommandSpec program = CommandSpec.create().name("jobctl");
    program.usageMessage().description("Runs commands as jobs on a jobd server.");
    GlobalOptions.addTo(program);
    setUp(program);
    for (Command command : commands()) {
      CommandSpec spec = command.spec();
      GlobalOptions.addTo(spec);
      setUp(spec);
      program.addSubcommand(spec.name(), spec);
    }
    return program;
  }

  private static void setUp(CommandSpec spec) {
    spec.usageMessage().sortOptions(false).sortSynopsis(false).abbreviateSynopsis(true);
    // No @FILE arguments and no ${variables}: what is typed is what is meant.
    spec.parser().expandAtFiles(false).overwrittenOptionsAllowed(true);
    spec.interpolateVariables(false);
  }

  /** Runs one command line; the exit code. */
  int run(String... arguments) throws InterruptedException {
    try {
      return complain(arguments);
    } catch (IOException e) {
      // A reader that has gone has seen enough, and there may be nowhere to say anything.
      return BROKEN_PIPE.equals(e.getMessage()) ? ExitCode.signal(Signals.PIPE) : ExitCode.FAILED;
    }
  }

  private int complain(String... arguments) throws IOException, InterruptedException {
    try {
      return dispatch(new CommandLine(model()).parseArgs(arguments));
    } catch (ParameterException e) {
      String command = e.getCommandLine().getCommandSpec().qualifiedName();
      console.say(firstLine(e) + "; see " + command + " --help");
      return ExitCode.USAGE;
    } catch (CommandFailure e) {
      console.say(e.words());
      return e.exitCode();
    } catch (IOException e) {
      if (!BROKEN_PIPE.equals(e.getMessage())) {
        console.say("cannot write the output: " + e.getMessage());
      }
      throw e;
    }
  }

  private int dispatch(ParseResult program)
      throws CommandFailure, IOException, InterruptedException {
    ParseResult command = program.hasSubcommand() ? program.subcommand() : program;
    if (program.isUsageHelpRequested() || command.isUsageHelpRequested()) {
      String help = command.commandSpec().commandLine().getUsageMessage(Ansi.OFF);
      console.data(help.stripTrailing());
      return ExitCode.OK;
    }
    if (!(command.commandSpec().userObject() instanceof Command chosen)) {
      throw CommandFailure.usage("which command? jobctl --help lists them");
    }
    Arguments arguments = new Arguments(program, command);
    try (Invocation invocation = new Invocation(arguments, environment, console, connector)) {
      return chosen.run(invocation);
    }
  }

  private static String firstLine(ParameterException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong command line");
  }
}
