package dev.jobd.cli;

import dev.jobd.api.JobExitCode;
import dev.jobd.cli.render.ByteSink;
import dev.jobd.cli.render.Console;
import java.io.IOException;

/** The program without its process: finds the command, runs it, tells what went wrong. */
final class Jobctl {
  private final Environment environment;
  private final Console console;
  private final Connector connector;

  Jobctl(Environment environment, Console console, Connector connector) {
    this.environment = environment;
    this.console = console;
    this.connector = connector;
  }

  /** Runs one command line; the exit code. */
  int run(String... line) throws InterruptedException {
    try {
      return complain(line);
    } catch (IOException e) {
      // A reader that has gone has seen enough.
      return ByteSink.lostItsReader(e) ? JobExitCode.ofSignal(Signals.PIPE) : ExitCode.FAILED;
    }
  }

  private int complain(String... line) throws IOException, InterruptedException {
    try {
      return dispatch(line);
    } catch (CommandFailure e) {
      console.say(e.words());
      return e.exitCode();
    } catch (IOException e) {
      if (!ByteSink.lostItsReader(e)) {
        console.say("cannot write the output: " + e.getMessage());
      }
      throw e;
    }
  }

  private int dispatch(String... line) throws CommandFailure, IOException, InterruptedException {
    Arguments arguments = Arguments.parse(line);
    if (arguments.has("--help")) {
      console.data(arguments.usage());
      return ExitCode.OK;
    }
    if (arguments.has("--version")) {
      console.data(VersionCommand.line());
      return ExitCode.OK;
    }
    Command command = arguments.command();
    if (command == null) {
      throw CommandFailure.usage("which command? jobctl --help lists them");
    }
    try (Invocation invocation = new Invocation(arguments, environment, console, connector)) {
      return command.run(invocation);
    }
  }
}
