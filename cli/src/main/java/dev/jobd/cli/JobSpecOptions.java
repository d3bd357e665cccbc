package dev.jobd.cli;

import dev.jobd.api.args.Pairs;
import dev.jobd.api.args.ShellWords;
import dev.jobd.api.v1.JobSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * How a new job is written. From the first word that is no option, or from {@code --} on,
 * everything is the job's own.
 */
final class JobSpecOptions {
  static final String REQUEST_ID = "--request-id";
  static final String INTERACTIVE = "--interactive";

  private JobSpecOptions() {}

  static void addTo(CommandSpec spec) {
    spec.parser().stopAtPositional(true);
    spec.usageMessage()
        .customSynopsis(Commands.PROGRAM + " " + spec.name() + " [OPTIONS] [--] COMMAND [ARG...]");
    spec.addOption(
            Options.value(
                "NAME", "A name, that none of your live jobs has", "-j", "--name", "--jobName"))
        .addOption(
            Options.value(
                "COMMAND", "The command; the words that follow are arguments", "-c", "--command"))
        .addOption(
            Options.value("LINE", "Command and arguments in one, with a shell's quotes", "--cmd"))
        .addOption(Options.values("K=V", "A variable of the job's environment", "-e", "--env"))
        .addOption(Options.value("DIR", "The job's working directory", "-w", "--workdir"))
        .addOption(Options.values("K=V", "A label", "-l", "--label"))
        .addOption(
            Options.flag(
                "Stdout and stderr in one, in the very order in which they are written", "--merge"))
        .addOption(
            Options.flag("Sends stdin to the job's; without, that is empty", "-i", INTERACTIVE))
        .addOption(
            Options.flag(
                "Has the job end with its last process, rather than with its command",
                "--wait-tree"))
        .addOption(
            Options.value(
                "ID",
                "Names this start: the same again, by whatever program, is the same job, not"
                    + " another. Default: a random one",
                REQUEST_ID));
    LimitOptions.addTo(spec);
    spec.addPositional(Options.words("COMMAND", "The command and its arguments"));
  }

  /**
   * The job that the command line describes.
   *
   * @throws CommandFailure a usage error
   */
  static JobSpec read(Arguments arguments) throws CommandFailure {
    JobSpec.Builder spec =
        JobSpec.newBuilder()
            .addAllArgv(argv(arguments))
            .putAllEnv(env(arguments))
            .putAllLabels(labels(arguments))
            .setLimits(LimitOptions.read(arguments))
            .setMergeOutput(arguments.has("--merge"))
            .setOpenStdin(arguments.has(INTERACTIVE))
            .setWaitForTree(arguments.has("--wait-tree"));
    ifGiven(arguments.value("--name"), spec::setName);
    ifGiven(arguments.value("--workdir"), spec::setWorkingDirectory);
    return spec.build();
  }

  private static List<String> argv(Arguments arguments) throws CommandFailure {
    String command = arguments.value("--command");
    List<String> line = arguments.parsed("--cmd", ShellWords::split);
    if (command != null && line != null) {
      throw CommandFailure.usage("--command and --cmd both give the command: give one of them");
    }
    List<String> argv = new ArrayList<>();
    ifGiven(command, argv::add);
    ifGiven(line, argv::addAll);
    argv.addAll(arguments.words());
    if (argv.isEmpty()) {
      throw CommandFailure.usage(
          "which command? Give it after the options, as in: " + arguments.name() + " -- ls -l");
    }
    if (argv.getFirst().isEmpty()) {
      throw CommandFailure.usage("the command must not be empty");
    }
    return argv;
  }

  private static Map<String, String> env(Arguments arguments) throws CommandFailure {
    return pairs("--env", Pairs::parse, arguments);
  }

  /** Those that a job gets, or is chosen by. */
  static Map<String, String> labels(Arguments arguments) throws CommandFailure {
    return pairs("--label", Pairs::parseDistinct, arguments);
  }

  private static Map<String, String> pairs(
      String option, Function<List<String>, Map<String, String>> parser, Arguments arguments)
      throws CommandFailure {
    try {
      return parser.apply(arguments.values(option));
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(option + " " + e.getMessage());
    }
  }

  private static <T> void ifGiven(@Nullable T value, Consumer<T> set) {
    if (value != null) {
      set.accept(value);
    }
  }
}
