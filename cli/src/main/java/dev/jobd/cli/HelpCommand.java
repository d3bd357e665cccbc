package dev.jobd.cli;

import java.io.IOException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

/** Prints the help of jobctl or of one of its commands. */
final class HelpCommand implements Command {

  @Override
  public CommandSpec spec() {
    return Options.command(this, "Shows how a command is used", "help")
        .addPositional(Options.words("[COMMAND]", "The command; without one, jobctl itself"));
  }

  @Override
  public boolean callsServer() {
    return false;
  }

  @Override
  public int run(Invocation invocation) throws CommandFailure, IOException {
    List<String> words = invocation.arguments().words();
    CommandLine program = Commands.model();
    CommandLine subject =
        words.isEmpty() ? program : program.getSubcommands().get(words.getFirst());
    if (subject == null) {
      throw noCommand(words.getFirst());
    }
    invocation.console().data(subject.getUsageMessage(Ansi.OFF).stripTrailing());
    return ExitCode.OK;
  }

  static CommandFailure noCommand(String word) {
    return CommandFailure.usage("no command '" + word + "'; jobctl help lists them");
  }
}
