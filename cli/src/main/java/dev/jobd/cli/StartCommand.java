package dev.jobd.cli;

import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.StartJobRequest;
import dev.jobd.cli.render.JobTable;
import dev.jobd.cli.render.ProtoJson;
import dev.jobd.cli.render.Table;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Starts a job and leaves it to itself. */
final class StartCommand implements Command {

  @Override
  public CommandSpec spec() {
    CommandSpec spec = Options.command(this, "Starts a job and prints its id", "start");
    JobSpecOptions.addTo(spec);
    return spec;
  }

  @Override
  public int run(Invocation invocation) throws CommandFailure, IOException {
    OutputFormat format = invocation.format();
    Job job = start(JobSpecOptions.read(invocation.arguments()), invocation);
    invocation
        .console()
        .data(
            switch (format) {
              case null -> job.getId();
              case TABLE -> table(job);
              case JSON -> ProtoJson.of(job);
              case NAME -> JobTable.handle(job);
            });
    return ExitCode.OK;
  }

  /** The started job, noted for {@code @last}. */
  static Job start(JobSpec spec, Invocation invocation) throws CommandFailure, IOException {
    Job job =
        invocation
            .connection()
            .call(
                "start " + spec.getArgv(0),
                JobServiceGrpc.getStartJobMethod(),
                StartJobRequest.newBuilder().setSpec(spec).build())
            .getJob();
    invocation.rememberLastJob(job.getId());
    return job;
  }

  private static String table(Job job) {
    Table table = new Table(List.of("NAME", "ID"));
    table.add(List.of(job.getSpec().getName(), job.getId()));
    return table.render();
  }
}
