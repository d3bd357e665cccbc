package dev.jobd.cli;

import dev.jobd.api.v1.GetJobRequest;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.cli.render.Console;
import dev.jobd.cli.render.StatusWords;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Tells what state jobs are in. */
final class StatusCommand implements Command {

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Options.command(this, "Prints the state of a job, or a table of several", "status", "query")
            .addOption(Options.flag("Then prints the output so far", "--logs"));
    JobReferences.addTo(spec, "JOB...");
    return spec;
  }

  @Override
  public int run(Invocation invocation) throws CommandFailure, IOException, InterruptedException {
    List<String> references = JobReferences.of(invocation);
    boolean logs = LogsCommand.askedFor(invocation);
    List<Job> jobs = new ArrayList<>();
    int code =
        JobReferences.forEach(
            references,
            invocation,
            reference -> {
              jobs.add(getWithUsage(reference, "show job " + reference, invocation.connection()));
              return ExitCode.OK;
            });
    boolean several = references.size() > 1;
    JobReport.print(jobs, several, invocation);
    if (logs) {
      for (Job job : jobs) {
        LogsCommand.printSoFar(job, several, invocation);
      }
    } else if (!several && invocation.format() == null) {
      sayWhereOutputIsGone(jobs.getFirst(), invocation.console());
    }
    return code;
  }

  private static void sayWhereOutputIsGone(Job job, Console console) throws IOException {
    String removal = StatusWords.removal(job);
    if (removal != null) {
      console.say("the output was " + removal);
    }
  }

  /**
   * With what a running job uses and has written; parameters as of {@link JobReferences#get}. It
   * shows in JSON; asked for always, it costs the server little.
   */
  static Job getWithUsage(String reference, String operation, Connection connection)
      throws CommandFailure, IOException {
    return connection
        .call(
            operation,
            JobServiceGrpc.getGetJobMethod(),
            GetJobRequest.newBuilder().setJob(reference).setWithUsage(true).build())
        .getJob();
  }

  static Job get(String reference, Connection connection) throws CommandFailure, IOException {
    return JobReferences.get(reference, "show job " + reference, connection);
  }
}
