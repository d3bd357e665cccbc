package dev.jobd.cli;

import java.io.IOException;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine.Model.CommandSpec;

/** Prints the script that teaches a shell to complete jobctl's command lines. */
final class CompletionCommand implements Command {
  private static final List<String> SHELLS = List.of("bash", "zsh");

  @Override
  public CommandSpec spec() {
    return Options.command(
            this, "Prints a completion script: source <(jobctl completion bash)", "completion")
        .addPositional(Options.words("SHELL", "bash or zsh"));
  }

  @Override
  public boolean callsServer() {
    return false;
  }

  @Override
  public int run(Invocation invocation) throws CommandFailure, IOException {
    List<String> shells = invocation.arguments().words();
    if (shells.size() != 1 || !SHELLS.contains(shells.getFirst())) {
      throw CommandFailure.usage("which shell? bash or zsh");
    }
    // One script for both: it makes zsh read bash's completions.
    invocation
        .console()
        .data(AutoComplete.bash(Commands.PROGRAM, Commands.model()).stripTrailing());
    return ExitCode.OK;
  }
}
