package dev.jobd.cli;

import dev.jobd.api.v1.DeleteJobRequest;
import dev.jobd.api.v1.JobServiceGrpc;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Deletes ended jobs with their output. */
final class DeleteCommand implements Command {

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Options.command(this, "Deletes an ended job with its output, for good", "delete", "rm");
    JobReferences.addTo(spec, "JOB...");
    return spec;
  }

  @Override
  public int run(Invocation invocation) throws CommandFailure, IOException, InterruptedException {
    return JobReferences.forEach(
        JobReferences.of(invocation),
        invocation,
        reference -> {
          invocation
              .connection()
              .call(
                  "delete " + reference,
                  JobServiceGrpc.getDeleteJobMethod(),
                  DeleteJobRequest.newBuilder().setJob(reference).build());
          return ExitCode.OK;
        });
  }
}
