package dev.jobd.server;

import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code jobd help}: how the program or one of its commands is used. */
@Command(
    name = "help",
    description = "Shows how a command is used.",
    mixinStandardHelpOptions = true)
final class HelpCommand implements Callable<Integer> {
  private final PrintStream out;

  /** Picocli's, by the time of the call. */
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "COMMAND", description = "The command; without one, jobd itself.")
  private List<String> words = List.of();

  HelpCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    CommandLine subject = spec.parent().commandLine();
    for (String word : words) {
      CommandLine below = subject.getSubcommands().get(word);
      if (below == null) {
        throw new UnmatchedArgumentException(subject, List.of(word));
      }
      subject = below;
    }
    out.println(subject.getUsageMessage(Ansi.OFF).stripTrailing());
    return 0;
  }

  /** In the words of jobctl. */
  static String noCommand(String program, String word) {
    String help = program.replaceFirst("jobd", "jobd help");
    return "no command '" + word + "'; " + help + " lists them";
  }
}
