package dev.jobd.cli;

import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.WaitJobRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Waits until jobs have ended. */
final class WaitCommand implements Command {

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Options.command(
            this,
            "Waits for a job, prints its final state and exits with its code;"
                + " of several, with the last one's",
            "wait");
    JobReferences.addTo(spec, "JOB...");
    ExitCode.addJobsOwnTo(spec);
    return spec;
  }

  @Override
  public int run(Invocation invocation) throws CommandFailure, IOException, InterruptedException {
    List<String> references = JobReferences.of(invocation);
    List<Job> ended = new ArrayList<>();
    int code =
        JobReferences.forEach(
            references,
            invocation,
            reference -> {
              Job job = await(reference, invocation.connection());
              ended.add(job);
              return ExitCode.of(job.getVerdict());
            });
    if (!ended.isEmpty()) {
      JobReport.print(ended, references.size() > 1, invocation);
    }
    return code;
  }

  private static Job await(String reference, Connection connection)
      throws CommandFailure, IOException {
    String operation = "wait for " + reference;
    String job = JobReferences.fix(reference, operation, connection);
    try {
      return connection
          .callPatiently(
              operation,
              JobServiceGrpc.getWaitJobMethod(),
              WaitJobRequest.newBuilder().setJob(job).build())
          .getJob();
    } catch (CallFailure e) {
      throw e.whereUnreachable("jobctl wait " + job + " goes on waiting");
    }
  }
}
