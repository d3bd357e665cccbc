package dev.jobd.cli;

import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.ListJobsResponse;
import dev.jobd.api.v1.ServerServiceGrpc;
import dev.jobd.api.v1.WhoAmIRequest;
import dev.jobd.cli.render.Console;
import dev.jobd.cli.render.JobTable;
import dev.jobd.cli.render.ProtoJson;
import dev.jobd.cli.render.StatusWords;
import java.io.IOException;
import java.util.List;

/** Jobs on standard output, in the format asked for. */
final class JobReport {
  private static final String SEES_ALL = "read:any";

  private JobReport() {}

  /**
   * Prints {@code jobs}.
   *
   * @param several whether several were asked for: one is told in a word and is a JSON object of
   *     its own, however many there are several are a table and a JSON list
   */
  static void print(List<Job> jobs, boolean several, Invocation invocation)
      throws CommandFailure, IOException {
    print(jobs, several, "", invocation);
  }

  /**
   * Prints {@code jobs} as several.
   *
   * @param next tells in JSON that there are more, and where; empty where there are none
   */
  static void printList(List<Job> jobs, String next, Invocation invocation)
      throws CommandFailure, IOException {
    print(jobs, true, next, invocation);
  }

  private static void print(List<Job> jobs, boolean several, String next, Invocation invocation)
      throws CommandFailure, IOException {
    Console console = invocation.console();
    OutputFormat format = invocation.format();
    if (format == null) {
      format = several ? OutputFormat.TABLE : null;
    }
    switch (format) {
      case null -> console.data(StatusWords.of(jobs.getFirst()));
      case TABLE -> console.data(JobTable.render(jobs, seesOthers(invocation.connection())));
      case JSON ->
          console.data(
              ProtoJson.of(
                  several
                      ? ListJobsResponse.newBuilder()
                          .addAllJobs(jobs)
                          .setNextPageToken(next)
                          .build()
                      : jobs.getFirst()));
      case NAME -> {
        for (Job job : jobs) {
          console.data(JobTable.handle(job));
        }
      }
    }
  }

  /** Whether owners are worth a column: the caller may see jobs that are not his own. */
  static boolean seesOthers(Connection connection) throws CommandFailure, IOException {
    return connection
        .call(
            "ask who calls",
            ServerServiceGrpc.getWhoAmIMethod(),
            WhoAmIRequest.getDefaultInstance())
        .getPermissionsList()
        .contains(SEES_ALL);
  }
}
