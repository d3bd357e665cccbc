package dev.jobd.cli;

import dev.jobd.api.args.Quantity;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobPhase;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.ListJobsRequest;
import dev.jobd.api.v1.ListJobsResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;

/** Lists jobs, the newest first. */
final class ListCommand implements Command {
  private static final long DEFAULT_LIMIT = 100;
  private static final int MAX_PAGE = 1000;
  private static final String[] FILTERS = {
    "--state", "--owner", "--name", "--label", TimeSpan.SINCE, TimeSpan.UNTIL, "--limit", "--all"
  };

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Options.command(
                this, "Lists the jobs that you may see, the newest first", "list", "ls", "ps")
            .addOption(
                Options.flag(
                    "All of them, not the newest " + DEFAULT_LIMIT + " alone", "-a", "--all"))
            .addOption(
                Options.values(
                    "STATE",
                    "Only starting, running, stopping or ended ones; finished, failed, killed and"
                        + " the like are all ended",
                    "--state"))
            .addOption(Options.value("USER", "Only this user's", "--owner"))
            .addOption(Options.value("NAME", "Only those of this name", "--name"))
            .addOption(Options.values("K=V", "Only those with the label", "-l", "--label"))
            .addOption(Options.value("WHEN", "Only those started from then on", TimeSpan.SINCE))
            .addOption(Options.value("WHEN", "Only those started before then", TimeSpan.UNTIL))
            .addOption(Options.flag("Ids alone", "-q", "--quiet"))
            .addOption(Options.value("N", "At most so many. Default: " + DEFAULT_LIMIT, "--limit"));
    JobReferences.addTo(spec, "[JOB...]");
    return spec;
  }

  @Override
  public int run(Invocation invocation) throws CommandFailure, IOException, InterruptedException {
    refuseContradictions(invocation.arguments());
    List<String> references = JobReferences.optional(invocation);
    List<Job> jobs = new ArrayList<>();
    String next = "";
    int code = ExitCode.OK;
    if (references.isEmpty()) {
      next = find(invocation, jobs);
    } else {
      refuseFilters(invocation.arguments());
      code =
          JobReferences.forEach(
              references,
              invocation,
              reference -> {
                jobs.add(StatusCommand.get(reference, invocation.connection()));
                return ExitCode.OK;
              });
    }
    if (invocation.arguments().has("--quiet")) {
      for (Job job : jobs) {
        invocation.console().data(job.getId());
      }
    } else {
      JobReport.printList(jobs, next, invocation);
    }
    return code;
  }

  /**
   * Finds what is asked for.
   *
   * @return the token of the page that follows; empty where there is none
   */
  private static String find(Invocation invocation, List<Job> jobs)
      throws CommandFailure, IOException {
    Arguments arguments = invocation.arguments();
    Long given = arguments.parsed("--limit", ListCommand::limit);
    long limit = given != null ? given : arguments.has("--all") ? Long.MAX_VALUE : DEFAULT_LIMIT;
    ListJobsRequest.Builder request = request(invocation);
    do {
      request.setPageSize((int) Math.min(MAX_PAGE, limit - jobs.size()));
      ListJobsResponse page =
          invocation
              .connection()
              .call("list jobs", JobServiceGrpc.getListJobsMethod(), request.build());
      jobs.addAll(page.getJobsList());
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty() && jobs.size() < limit);
    if (!request.getPageToken().isEmpty() && given == null) {
      invocation.console().say("the newest " + jobs.size() + " jobs; --all shows the others too");
    }
    return request.getPageToken();
  }

  private static ListJobsRequest.Builder request(Invocation invocation)
      throws CommandFailure, IOException {
    Arguments arguments = invocation.arguments();
    ListJobsRequest.Builder request =
        ListJobsRequest.newBuilder().putAllLabels(JobSpecOptions.labels(arguments));
    String owner = arguments.value("--owner");
    if (owner != null) {
      request.setOwner(owner);
    }
    String name = arguments.value("--name");
    if (name != null) {
      request.setName(name);
    }
    TimeSpan time = TimeSpan.of(invocation);
    time.ifBegins(request::setCreatedAfter);
    time.ifEnds(request::setCreatedBefore);
    for (String state : arguments.values("--state")) {
      request.addPhases(phase(state));
    }
    return request;
  }

  private static JobPhase phase(String state) throws CommandFailure {
    return switch (state.toLowerCase(Locale.ROOT)) {
      case "starting" -> JobPhase.JOB_PHASE_STARTING;
      case "running" -> JobPhase.JOB_PHASE_RUNNING;
      case "stopping" -> JobPhase.JOB_PHASE_STOPPING;
      case "ended" -> JobPhase.JOB_PHASE_ENDED;
      default ->
          throw CommandFailure.usage(
              "--state must be starting, running, stopping or ended (finished, failed, killed and"
                  + " the like are all ended), was '"
                  + state
                  + "'");
    };
  }

  private static long limit(String text) {
    long limit = Quantity.count(text);
    if (limit < 1) {
      throw new IllegalArgumentException("must be at least 1, was " + limit);
    }
    return limit;
  }

  private static void refuseContradictions(Arguments arguments) throws CommandFailure {
    if (arguments.has("--all") && arguments.has("--limit")) {
      throw CommandFailure.usage("--all and --limit contradict each other");
    }
    if (arguments.has("--quiet") && arguments.has("--output")) {
      throw CommandFailure.usage("--quiet prints ids alone: --output does not go with it");
    }
  }

  private static void refuseFilters(Arguments arguments) throws CommandFailure {
    for (String filter : FILTERS) {
      if (arguments.has(filter)) {
        throw CommandFailure.usage(filter + " chooses among all jobs: it does not go with ids");
      }
    }
  }
}
