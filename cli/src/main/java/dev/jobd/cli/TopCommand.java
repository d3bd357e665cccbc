package dev.jobd.cli;

import dev.jobd.api.args.Quantity;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobPhase;
import dev.jobd.api.v1.ListJobsRequest;
import dev.jobd.cli.render.JobTable;
import dev.jobd.cli.render.ProtoJson;
import dev.jobd.cli.render.TopTable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Shows what live jobs use, again and again. */
final class TopCommand implements Command {
  private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(2);
  private static final Duration MIN_INTERVAL = Duration.ofMillis(100);
  private static final Duration MAX_INTERVAL = Duration.ofHours(1);

  /** The first rates are soon there. */
  private static final Duration FIRST_INTERVAL = Duration.ofSeconds(1);

  /** What the server puts on a page at most. */
  private static final int PAGE_SIZE = 100;

  @Override
  public CommandSpec spec() {
    return Options.command(
            this,
            "Shows what live jobs use, the busiest first, until q or Ctrl-C; once where standard"
                + " output is no terminal. MEM-LIMIT is what --memory allows; a narrow window has"
                + " fewer columns",
            "top")
        .addOption(
            Options.value("TIME", "Between two looks, like 500ms. Default: 2s", "-d", "--interval"))
        .addOption(Options.flag("Prints one table, of two looks, and ends", "--once"))
        .addOption(Options.value("USER", "Only this user's", "--owner"))
        .addOption(Options.values("K=V", "Only those with the label", "-l", "--label"));
  }

  @Override
  public int run(Invocation invocation) throws CommandFailure, IOException, InterruptedException {
    Arguments arguments = invocation.arguments();
    Duration given = arguments.parsed("--interval", TopCommand::interval);
    Duration interval = given == null ? DEFAULT_INTERVAL : given;
    OutputFormat format = invocation.format();
    Look look = new Look(invocation.connection(), request(arguments));
    if (format == OutputFormat.JSON) {
      invocation.console().data(ProtoJson.of(look.jobs().response()));
    } else if (format == OutputFormat.NAME) {
      Look.Seen seen = look.jobs();
      for (Job job : seen.response().getJobsList()) {
        invocation.console().data(JobTable.handle(job));
      }
      sayWhatIsMissing(seen, invocation);
    } else {
      TopTable table = new TopTable(JobReport.seesOthers(invocation.connection()));
      if (format == null && invocation.console().isTerminal() && !arguments.has("--once")) {
        watch(look, table, interval, invocation);
      } else {
        printOnce(look, table, interval, invocation);
      }
    }
    return ExitCode.OK;
  }

  private static void printOnce(Look look, TopTable table, Duration interval, Invocation invocation)
      throws CommandFailure, IOException, InterruptedException {
    Look.Seen before = look.jobs();
    Thread.sleep(first(interval)); // a rate is over some time: nothing is waited for
    Look.Seen now = look.jobs();
    List<String> lines = table.lines(before.samples(), now.samples(), Instant.now());
    invocation.console().data(String.join("\n", lines));
    sayWhatIsMissing(now, invocation);
  }

  private static void sayWhatIsMissing(Look.Seen seen, Invocation invocation) throws IOException {
    String note = seen.note();
    if (note != null) {
      invocation.console().say(note);
    }
  }

  private static void watch(Look look, TopTable table, Duration interval, Invocation invocation)
      throws CommandFailure, IOException, InterruptedException {
    TopWatch watch = new TopWatch(look, table, first(interval), interval, invocation.server());
    try (Screen screen = Screen.open(invocation.console().out())) {
      watch.show(screen, invocation);
    } finally {
      invocation.tell(invocation.console()::say);
    }
  }

  private static Duration first(Duration interval) {
    return interval.compareTo(FIRST_INTERVAL) < 0 ? interval : FIRST_INTERVAL;
  }

  private static Duration interval(String text) {
    Duration interval = Quantity.duration(text);
    if (interval.compareTo(MIN_INTERVAL) < 0 || interval.compareTo(MAX_INTERVAL) > 0) {
      throw new IllegalArgumentException("must be 100ms to 1h, was " + text);
    }
    return interval;
  }

  private static ListJobsRequest request(Arguments arguments) throws CommandFailure {
    ListJobsRequest.Builder request =
        ListJobsRequest.newBuilder()
            .setWithUsage(true)
            .setPageSize(PAGE_SIZE)
            .addPhases(JobPhase.JOB_PHASE_STARTING)
            .addPhases(JobPhase.JOB_PHASE_RUNNING)
            .addPhases(JobPhase.JOB_PHASE_STOPPING)
            .putAllLabels(JobSpecOptions.labels(arguments));
    @Nullable String owner = arguments.value("--owner");
    if (owner != null) {
      request.setOwner(owner);
    }
    return request.build();
  }
}
