package dev.jobd.cli;

import java.io.IOException;
import java.util.List;

/** Prints the script that teaches a shell to complete jobctl's command lines. */
final class CompletionCommand implements Command {
  private static final List<String> SHELLS = List.of("bash", "zsh");

  @Override
  public Syntax syntax() {
    return new Syntax(
        List.of("completion"),
        "Prints a completion script: source <(jobctl completion bash)",
        List.of(),
        new Syntax.Words("SHELL", "bash or zsh", false));
  }

  @Override
  public int run(Invocation invocation) throws CommandFailure, IOException {
    List<String> shells = invocation.arguments().words();
    if (shells.size() != 1 || !SHELLS.contains(shells.getFirst())) {
      throw CommandFailure.usage("which shell? bash or zsh");
    }
    invocation.console().data(new Manual(Commands.ofJobctl()).completionScript());
    return ExitCode.OK;
  }
}
