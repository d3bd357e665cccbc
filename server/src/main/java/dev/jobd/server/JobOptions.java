package dev.jobd.server;

import dev.jobd.api.args.JobField;
import dev.jobd.api.args.Quantity;
import dev.jobd.api.args.ShellWords;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.Limits;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options that say what to run and within which limits. */
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

  @Option(names = "--cpus", paramLabel = "N", description = "Cores, for example 0.5.")
  private @Nullable String cpus;

  @Option(names = "--memory", paramLabel = "SIZE", description = "For example 256M.")
  private @Nullable String memory;

  @Option(names = "--pids", paramLabel = "N", description = "Processes and threads.")
  private @Nullable Long pids;

  @Option(names = "--timeout", paramLabel = "D", description = "For example 500ms, 10s or 1h.")
  private @Nullable String timeout;

  @Option(names = "--max-output", paramLabel = "SIZE", description = "Output kept, for example 1G.")
  private @Nullable String maxOutput;

  @Option(
      names = "--merge",
      description = "Stdout and stderr in one, in the very order in which they are written.")
  private boolean merge;

  /**
   * @throws UsageException naming the option and what would be right
   */
  JobSpec spec() throws UsageException {
    try {
      return read();
    } catch (InvalidSpecException e) {
      throw new UsageException(JobField.problem(e.field(), e.problem()));
    } catch (IllegalArgumentException e) {
      throw new UsageException(Reasons.of(e));
    }
  }

  private JobSpec read() {
    return JobSpec.builder(argv())
        .env(environment())
        .workingDirectory(workingDirectory)
        .limits(
            new Limits(
                parse("--cpus", cpus, Quantity::cpuMillis),
                parse("--memory", memory, Quantity::bytes),
                pids,
                parse("--timeout", timeout, Quantity::duration),
                parse("--max-output", maxOutput, Quantity::bytes)))
        .mergeOutput(merge)
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
    List<String> words = Objects.requireNonNull(parse("--cmd", line, ShellWords::split));
    if (words.isEmpty()) {
      throw new IllegalArgumentException("--cmd must hold a command");
    }
    return words;
  }

  private static <T> @Nullable T parse(
      String option, @Nullable String text, Function<String, T> parser) {
    try {
      return text == null ? null : parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(option + " " + e.getMessage(), e);
    }
  }

  private Map<String, String> environment() {
    Map<String, String> variables = new LinkedHashMap<>();
    for (String variable : environment) {
      int equals = variable.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException("--env must be NAME=VALUE, was '" + variable + "'");
      }
      variables.put(variable.substring(0, equals), variable.substring(equals + 1));
    }
    return variables;
  }
}
