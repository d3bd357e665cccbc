package dev.jobd.server;

import dev.jobd.api.Reasons;
import dev.jobd.api.args.JobField;
import dev.jobd.api.args.Pairs;
import dev.jobd.api.args.ShellWords;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.JobSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options that say what to run. */
final class JobOptions {
  @Parameters(paramLabel = "COMMAND", description = "The command and its arguments.")
  private List<String> command = List.of();

  @Option(
      names = "--cmd",
      paramLabel = "LINE",
      description = "The command in one string, split as a shell does but not expanded.")
  private @Nullable String line;

  @Option(
      names = {"-e", "--env"},
      paramLabel = "K=V",
      description = "Adds to the job's environment.")
  private List<String> environment = List.of();

  @Option(
      names = {"-w", "--workdir"},
      paramLabel = "DIR",
      description = "The job's working directory. Default: /.")
  private String workingDirectory = "/";

  @Mixin private final LimitOptions limits = new LimitOptions();

  @Option(
      names = "--merge",
      description = "Stdout and stderr in one, in the very order in which they are written.")
  private boolean merge;

  @Option(
      names = {"-i", "--interactive"},
      description = "Sends stdin to the job's; without, that is empty.")
  private boolean interactive;

  @Option(
      names = "--wait-tree",
      description = "Has the job end with its last process, rather than with its command.")
  private boolean waitTree;

  /**
   * @throws UsageException naming the option and what would be right
   */
  JobSpec spec() throws UsageException {
    try {
      return read();
    } catch (InvalidSpecException e) {
      throw wrong(e);
    } catch (IllegalArgumentException e) {
      throw new UsageException(Reasons.of(e));
    }
  }

  /** The same problem in the words of the options. */
  static UsageException wrong(InvalidSpecException e) {
    return new UsageException(JobField.problem(e.field(), e.problem()));
  }

  private JobSpec read() {
    return JobSpec.builder(argv())
        .env(LimitOptions.read("--env", environment, Pairs::parse))
        .workingDirectory(workingDirectory)
        .limits(limits.limits())
        .mergeOutput(merge)
        .openStdin(interactive)
        .waitForTree(waitTree)
        .build();
  }

  private List<String> argv() {
    if (line == null) {
      if (command.isEmpty()) {
        throw new IllegalArgumentException("give a command, or one in a string with --cmd");
      }
      return command;
    }
    if (!command.isEmpty()) {
      throw new IllegalArgumentException("give either a command or --cmd, not both");
    }
    List<String> words = LimitOptions.read("--cmd", line, ShellWords::split);
    if (words.isEmpty()) {
      throw new IllegalArgumentException("--cmd must hold a command");
    }
    return words;
  }
}
