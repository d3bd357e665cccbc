package dev.jobd.server;

import dev.jobd.api.JobExitCode;
import dev.jobd.api.Reasons;
import dev.jobd.server.pki.PkiCommand;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code jobd}: the server, and what its operator needs beside it. */
@Command(
    name = "jobd",
    description = "Runs Linux processes for other people: owned, limited, isolated, observable.",
    mixinStandardHelpOptions = true)
public final class Main {
  private static final int FAILED = 1;

  private Main() {}

  public static void main(String[] args) {
    Termination termination = Termination.install();
    InputStream in = new FileInputStream(FileDescriptor.in);
    termination.exit(commandLine(termination.asked(), in, System.out, System.err).execute(args));
  }

  static CommandLine commandLine(
      CompletableFuture<Void> stopAsked, InputStream in, PrintStream out, PrintStream err) {
    CommandLine run = new CommandLine(new RunCommand(stopAsked, in, out, err));
    // What follows the job's own command word belongs to the job.
    run.setStopAtPositional(true);
    run.getCommandSpec()
        .usageMessage()
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(runExitCodes());
    CommandLine program =
        new CommandLine(new Main())
            .addSubcommand(new ServeCommand(stopAsked, out))
            .addSubcommand("run", run)
            .addSubcommand(new CheckCommand(InstantSource.system(), out))
            .addSubcommand(new PkiCommand(InstantSource.system(), writer(out), writer(err)))
            .addSubcommand(new VersionCommand(out))
            .addSubcommand(new HelpCommand(out))
            // An argument that begins with @ is an argument, not a file of them.
            .setExpandAtFiles(false)
            .setOut(writer(out))
            .setErr(writer(err))
            .setParameterExceptionHandler((e, _) -> misused(e))
            .setExecutionExceptionHandler((e, command, _) -> failed(e, command));
    giveVersion(program);
    return program;
  }

  private static Map<String, String> runExitCodes() {
    Map<String, String> words = JobExitCode.inWords();
    words.put(Integer.toString(ExitCode.USAGE), "The command line, or a value in it, is wrong");
    return words;
  }

  /** For {@code --version} of every command. */
  private static void giveVersion(CommandLine command) {
    command.getCommandSpec().version(VersionCommand.line());
    command.getSubcommands().values().forEach(Main::giveVersion);
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, stream.charset());
  }

  private static int misused(ParameterException e) {
    CommandLine command = e.getCommandLine();
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
      String word = unmatched.getUnmatched().getFirst();
      if (command.getSubcommands().isEmpty()) {
        return usage("there is no use for '" + word + "' here", command);
      }
      String name = command.getCommandSpec().qualifiedName();
      command.getErr().println(name + ": " + HelpCommand.noCommand(name, word));
      return command.getCommandSpec().exitCodeOnInvalidInput();
    }
    return usage(String.valueOf(e.getMessage()), command);
  }

  private static int usage(String problem, CommandLine command) {
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().println(name + ": " + problem + " (see " + name + " --help)");
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  private static int failed(Exception e, CommandLine command) {
    String name = command.getCommandSpec().qualifiedName();
    switch (e) {
      case UsageException _ -> {
        return usage(String.valueOf(e.getMessage()), command);
      }
      case ConfigException _, IOException _ ->
          command.getErr().println(name + ": " + Reasons.of(e));
      // Nobody foresaw it: the trace is what helps.
      default -> e.printStackTrace(command.getErr());
    }
    return FAILED;
  }
}
