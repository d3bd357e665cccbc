package dev.jobd.cli;

import dev.jobd.api.args.Quantity;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.StopJobRequest;
import dev.jobd.cli.render.Console;
import dev.jobd.cli.render.StatusWords;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Ends jobs. */
final class StopCommand implements Command {
  /** Of a job that is sent a signal first: that of a Ctrl-C of {@code run}. */
  private static final Duration DEFAULT_GRACE = Duration.ofSeconds(StopOnSignal.GRACE_SECONDS);

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Options.command(this, "Ends a job with all its processes", "stop")
            .addOption(
                Options.value(
                    "SIGNAL",
                    "Sent first, like INT or 15. Default: KILL, or TERM with --grace",
                    "--signal"))
            .addOption(
                Options.value(
                    "TIME",
                    "How long the job has after the first signal until it is killed. Default: "
                        + Reconnection.words(DEFAULT_GRACE)
                        + " after another --signal than KILL, none without",
                    "--grace"))
            .addOption(Options.flag("Then prints the job's whole output", "--logs"));
    JobReferences.addTo(spec, "JOB...");
    return spec;
  }

  @Override
  public int run(Invocation invocation) throws CommandFailure, IOException, InterruptedException {
    List<String> references = JobReferences.of(invocation);
    boolean logs = LogsCommand.askedFor(invocation);
    OutputFormat format = invocation.format();
    StopJobRequest request = request(invocation.arguments());
    Duration grace = Duration.ofSeconds(request.getGrace().getSeconds() + 1);
    List<Job> stopped = new ArrayList<>();
    int code =
        JobReferences.forEach(
            references,
            invocation,
            reference -> {
              Job job = stop(reference, request, grace, invocation.connection());
              stopped.add(job);
              tell(reference, job, references.size() > 1, invocation.console());
              if (logs) {
                LogsCommand.printSoFar(job, references.size() > 1, invocation);
              }
              return ExitCode.OK;
            });
    if (format != null && !stopped.isEmpty()) {
      JobReport.print(stopped, references.size() > 1, invocation);
    }
    return code;
  }

  private static Job stop(
      String reference, StopJobRequest request, Duration grace, Connection connection)
      throws CommandFailure, IOException {
    String operation = "stop " + reference;
    StopJobRequest stop = request.toBuilder().setJob(reference).build();
    var method = JobServiceGrpc.getStopJobMethod();
    // By the time of a second call, a name may be another job's.
    return (JobReferences.isFixed(reference)
            ? connection.call(operation, method, stop, grace)
            : connection.callOnce(operation, method, stop, grace))
        .getJob();
  }

  private static void tell(String reference, Job job, boolean several, Console console)
      throws IOException {
    console.say((several ? reference + ": " : "") + StatusWords.of(job));
  }

  private static StopJobRequest request(Arguments arguments) throws CommandFailure {
    StopJobRequest.Builder request = StopJobRequest.newBuilder();
    @Nullable Integer signal = arguments.parsed("--signal", Signals::parse);
    if (signal != null) {
      request.setSignal(signal);
    }
    Duration grace = arguments.parsed("--grace", Quantity::duration);
    if (grace != null) {
      request.setGrace(LimitOptions.wire(grace));
    } else if (signal != null && signal != Signals.KILL) {
      request.setGrace(LimitOptions.wire(DEFAULT_GRACE));
    }
    return request.build();
  }
}
