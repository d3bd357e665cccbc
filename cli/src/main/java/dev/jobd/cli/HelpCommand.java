package dev.jobd.cli;

import java.io.IOException;
import java.util.List;

/** Prints the help of jobctl or of one of its commands. */
final class HelpCommand implements Command {

  @Override
  public Syntax syntax() {
    return new Syntax(
        List.of("help"),
        "Shows how a command is used",
        List.of(),
        new Syntax.Words("COMMAND", "The command; without one, jobctl itself", false));
  }

  @Override
  public int run(Invocation invocation) throws CommandFailure, IOException {
    List<String> words = invocation.arguments().words();
    Commands commands = Commands.ofJobctl();
    String command = words.isEmpty() ? null : commands.named(words.getFirst()).syntax().name();
    invocation.console().data(new Manual(commands).usage(command));
    return ExitCode.OK;
  }
}
