package dev.jobd.cli;

import dev.jobd.api.v1.GetJobRequest;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobServiceGrpc;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;

/** The jobs that a command is about, as they were typed: ids, prefixes of ids, names, @last. */
final class JobReferences {
  private static final String LAST = "@last";
  private static final Pattern ID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  /** What is done with one job; its result is the exit code where the job is the last one. */
  @FunctionalInterface
  interface Action {
    int on(String job) throws CommandFailure, IOException, InterruptedException;
  }

  private JobReferences() {}

  /**
   * Lets {@code spec} take jobs.
   *
   * @param label as help shows it: {@code JOB}, {@code JOB...} or {@code [JOB...]}
   */
  static void addTo(CommandSpec spec, String label) {
    spec.addOption(Options.values("ID", "The same as JOB", "--job-id"));
    spec.addPositional(
        Options.words(
            label,
            "The job's id, at least 4 characters of its beginning, its name, or @last: the last"
                + " that was started with this configuration directory, on whatever server"));
  }

  /** Those of the command line, at least one. */
  static List<String> of(Invocation invocation) throws CommandFailure {
    List<String> jobs = optional(invocation);
    if (jobs.isEmpty()) {
      throw CommandFailure.usage("which job? Give its id, its name or @last");
    }
    return jobs;
  }

  static String single(Invocation invocation) throws CommandFailure {
    List<String> jobs = of(invocation);
    if (jobs.size() > 1) {
      throw CommandFailure.usage("takes one job, not " + jobs.size() + ": " + jobs);
    }
    return jobs.getFirst();
  }

  /** Those of the command line, if any. */
  static List<String> optional(Invocation invocation) throws CommandFailure {
    List<String> jobs = new ArrayList<>(invocation.arguments().values("--job-id"));
    jobs.addAll(invocation.arguments().words());
    for (int i = 0; i < jobs.size(); i++) {
      if (jobs.get(i).equals(LAST)) {
        jobs.set(i, last(invocation.directory()));
      }
    }
    return List.copyOf(jobs);
  }

  /** Whether {@code reference} means the same job for ever: a whole id does, a name does not. */
  static boolean isFixed(String reference) {
    return ID.matcher(reference).matches();
  }

  /**
   * The id of the job that {@code reference} means now, for what takes more than one call.
   *
   * @param operation what it is for, in the words of a failure
   */
  static String fix(String reference, String operation, Connection connection)
      throws CommandFailure, IOException {
    return isFixed(reference) ? reference : get(reference, operation, connection).getId();
  }

  /** The job as it is now; parameters as of {@link #fix}. */
  static Job get(String reference, String operation, Connection connection)
      throws CommandFailure, IOException {
    return connection
        .call(
            operation,
            JobServiceGrpc.getGetJobMethod(),
            GetJobRequest.newBuilder().setJob(reference).build())
        .getJob();
  }

  /**
   * Does it for each job in turn. A failure with one is told and does not keep it from the others.
   *
   * @return the first failure's exit code; without any, what the action returned for the last job
   */
  static int forEach(List<String> jobs, Invocation invocation, Action action)
      throws CommandFailure, IOException, InterruptedException {
    if (jobs.size() == 1) {
      return action.on(jobs.getFirst());
    }
    int code = ExitCode.OK;
    CommandFailure first = null;
    for (String job : jobs) {
      try {
        code = action.on(job);
      } catch (CommandFailure e) {
        first = first == null ? e : first;
        invocation.console().say(e.words());
        if (e.exitCode() == ExitCode.UNREACHABLE) {
          break;
        }
      }
    }
    return first == null ? code : first.exitCode();
  }

  private static String last(ConfigDirectory directory) throws CommandFailure {
    return directory
        .lastJob()
        .orElseThrow(
            () ->
                new CommandFailure(
                    ExitCode.NOT_FOUND, "@last: no job was started from " + directory.path()));
  }
}
