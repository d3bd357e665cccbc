package dev.jobd.cli;

import dev.jobd.api.ErrorDetails;
import dev.jobd.api.v1.InputEnd;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.Limits;
import dev.jobd.api.v1.StartJobRequest;
import dev.jobd.cli.render.Console;
import dev.jobd.cli.render.JobTable;
import dev.jobd.cli.render.LimitWords;
import dev.jobd.cli.render.ProtoJson;
import dev.jobd.cli.render.Table;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import picocli.CommandLine.Model.CommandSpec;

/** Starts a job and leaves it to itself. */
final class StartCommand implements Command {
  /** ENOENT. */
  private static final String NO_SUCH_FILE = "2";

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Options.command(
            this,
            "Starts a job and prints its id; with -i, ends when the job has its input",
            "start");
    JobSpecOptions.addTo(spec);
    return spec;
  }

  @Override
  public int run(Invocation invocation) throws CommandFailure, IOException, InterruptedException {
    OutputFormat format = invocation.format();
    Job job = start(invocation);
    invocation
        .console()
        .data(
            switch (format) {
              case null -> job.getId();
              case TABLE -> table(job);
              case JSON -> ProtoJson.of(job);
              case NAME -> JobTable.handle(job);
            });
    if (invocation.arguments().has(JobSpecOptions.INTERACTIVE)) {
      feed(job.getId(), invocation);
    }
    return ExitCode.OK;
  }

  private static void feed(String job, Invocation invocation)
      throws CommandFailure, IOException, InterruptedException {
    Connection connection = invocation.connection();
    InputFeed feed =
        new InputFeed(job, invocation.stdin(), connection, InputLine.alone(connection));
    InputEnd end = feed.send().getEnd();
    if (feed.left() > 0) {
      invocation
          .console()
          .say(
              "job %s %s before it had all of its input"
                  .formatted(
                      job, end == InputEnd.INPUT_END_JOB_ENDED ? "ended" : "closed its stdin"));
    }
  }

  /**
   * Starts the job of the command line, once, also where it has to be asked for again; notes it for
   * {@code @last}, also one that is recorded as failed.
   */
  static Job start(Invocation invocation) throws CommandFailure, IOException {
    JobSpec spec = JobSpecOptions.read(invocation.arguments());
    String chosen = invocation.arguments().value(JobSpecOptions.REQUEST_ID);
    String requestId = chosen != null ? chosen : UUID.randomUUID().toString();
    StartJobRequest request =
        StartJobRequest.newBuilder().setSpec(spec).setRequestId(requestId).build();
    try {
      Job job =
          invocation
              .connection()
              .call("start " + spec.getArgv(0), JobServiceGrpc.getStartJobMethod(), request)
              .getJob();
      invocation.rememberLastJob(job.getId());
      sayWhereDisksAreOne(spec.getLimits(), job.getSpec().getLimits(), invocation.console());
      return job;
    } catch (CallFailure e) {
      Optional<String> failedJob = e.details().failedJob();
      if (failedJob.isPresent()) {
        invocation.rememberLastJob(failedJob.get());
      }
      if (isLineForAName(spec, e.details())) {
        throw e.with(
            "all of it was taken for the command's name; --cmd takes a command with its arguments"
                + " in one");
      }
      throw e.whereUnreachable(
          "the same with "
              + JobSpecOptions.REQUEST_ID
              + " "
              + requestId
              + " asks again without starting it twice");
    }
  }

  /** The server's defaults may add disks, but none goes other than into one of another name. */
  private static void sayWhereDisksAreOne(Limits asked, Limits granted, Console console)
      throws IOException {
    if (granted.getIoCount() < asked.getIoCount()) {
      console.say(
          "some of the devices given are one disk, which has the lower of their bounds: "
              + LimitWords.of(Limits.newBuilder().addAllIo(granted.getIoList()).build()));
    }
  }

  /** Whether a command was not found that is written as one with its arguments. */
  private static boolean isLineForAName(JobSpec spec, ErrorDetails details) {
    return details.failedJob().isPresent()
        && details.metadata().getOrDefault("step", "").equals("exec")
        && details.metadata().getOrDefault("errno", "").equals(NO_SUCH_FILE)
        && spec.getArgv(0).contains(" ");
  }

  private static String table(Job job) {
    Table table = new Table(List.of("NAME", "ID"));
    table.add(List.of(job.getSpec().getName(), job.getId()));
    return table.render();
  }
}
