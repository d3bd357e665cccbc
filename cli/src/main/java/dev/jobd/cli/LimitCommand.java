package dev.jobd.cli;

import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.Limits;
import dev.jobd.api.v1.UpdateLimitsRequest;
import dev.jobd.cli.render.LimitWords;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Changes limits of running jobs. */
final class LimitCommand implements Command {

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Options.command(
            this,
            "Changes limits of a running job; those that are not given stay as they are",
            "limit");
    LimitOptions.addChangeableTo(spec);
    JobReferences.addTo(spec, "JOB...");
    return spec;
  }

  @Override
  public int run(Invocation invocation) throws CommandFailure, IOException, InterruptedException {
    List<String> references = JobReferences.of(invocation);
    OutputFormat format = invocation.format();
    Limits limits = limits(invocation.arguments());
    List<Job> changed = new ArrayList<>();
    int code =
        JobReferences.forEach(
            references,
            invocation,
            reference -> {
              Job job = change(reference, limits, invocation.connection());
              changed.add(job);
              invocation
                  .console()
                  .say(
                      (references.size() > 1 ? reference + ": " : "")
                          + LimitWords.of(job.getSpec().getLimits()));
              return ExitCode.OK;
            });
    if (format != null && !changed.isEmpty()) {
      JobReport.print(changed, references.size() > 1, invocation);
    }
    return code;
  }

  private static Limits limits(Arguments arguments) throws CommandFailure {
    Limits limits = LimitOptions.read(arguments);
    if (limits.equals(Limits.getDefaultInstance())) {
      throw CommandFailure.usage("which limit? Give --memory 512M, for example");
    }
    return limits;
  }

  private static Job change(String reference, Limits limits, Connection connection)
      throws CommandFailure, IOException {
    String operation = "change the limits of " + reference;
    UpdateLimitsRequest request =
        UpdateLimitsRequest.newBuilder().setJob(reference).setLimits(limits).build();
    var method = JobServiceGrpc.getUpdateLimitsMethod();
    // By the time of a second call, a name may be another job's.
    return (JobReferences.isFixed(reference)
            ? connection.call(operation, method, request)
            : connection.callOnce(operation, method, request, Duration.ZERO))
        .getJob();
  }
}
