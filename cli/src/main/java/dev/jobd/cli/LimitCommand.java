package dev.jobd.cli;

import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.Limits;
import dev.jobd.api.v1.UpdateLimitsRequest;
import dev.jobd.cli.render.JobTable;
import dev.jobd.cli.render.LimitWords;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Shows jobs' limits, and changes those of running jobs. */
final class LimitCommand implements Command {

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Options.command(
            this,
            "Shows a job's limits, or changes those that are given of a running job, up to the"
                + " server's maxima",
            "limit");
    spec.usageMessage()
        .footer(
            "Each job's change is all or nothing: where one of several is refused, those before"
                + " and after it are changed. A limit can be changed, not lifted. "
                + LimitOptions.FIXED_WORDS);
    LimitOptions.addChangeableTo(spec);
    LimitOptions.addFixedTo(spec, true);
    JobReferences.addTo(spec, "JOB...");
    return spec;
  }

  @Override
  public int run(Invocation invocation) throws CommandFailure, IOException, InterruptedException {
    List<String> references = JobReferences.of(invocation);
    OutputFormat format = invocation.format();
    LimitOptions.refuseFixed(invocation.arguments());
    Limits limits = LimitOptions.read(invocation.arguments());
    boolean changes = !limits.equals(Limits.getDefaultInstance());
    List<Job> jobs = new ArrayList<>();
    int code =
        JobReferences.forEach(
            references,
            invocation,
            reference -> {
              Connection connection = invocation.connection();
              jobs.add(
                  changes
                      ? change(reference, limits, connection)
                      : StatusCommand.get(reference, connection));
              return ExitCode.OK;
            });
    if (!jobs.isEmpty()) {
      print(jobs, references.size() > 1, format, invocation);
    }
    if (changes && references.size() > 1 && jobs.size() < references.size()) {
      invocation
          .console()
          .say("limits are changed of %d of %d jobs".formatted(jobs.size(), references.size()));
    }
    return code;
  }

  private static void print(
      List<Job> jobs, boolean several, @Nullable OutputFormat format, Invocation invocation)
      throws CommandFailure, IOException {
    if (format == null && !several) {
      invocation.console().data(LimitWords.of(jobs.getFirst().getSpec().getLimits()));
    } else if (format == null || format == OutputFormat.TABLE) {
      invocation.console().data(JobTable.renderLimits(jobs));
    } else {
      JobReport.print(jobs, several, invocation);
    }
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
