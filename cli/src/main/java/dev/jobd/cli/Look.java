package dev.jobd.cli;

import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobPhase;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.ListJobsRequest;
import dev.jobd.api.v1.ListJobsResponse;
import dev.jobd.cli.render.UsageSample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Asks for live jobs and what they use now. */
record Look(Connection connection, ListJobsRequest request) {
  /** The newest of more. */
  private static final int MAX_JOBS = 1000;

  /**
   * What there was.
   *
   * @param older where there are more jobs; empty where there are none
   */
  record Seen(List<UsageSample> samples, String older) {
    static final Seen NOTHING = new Seen(List.of(), "");

    ListJobsResponse response() {
      ListJobsResponse.Builder response = ListJobsResponse.newBuilder().setNextPageToken(older);
      samples.forEach(sample -> response.addJobs(sample.job()));
      return response.build();
    }

    /** That these are not all; {@code null} where they are. */
    @Nullable String note() {
      return older.isEmpty()
          ? null
          : String.format(
              Locale.ROOT,
              "these are the newest %,d of more live jobs: --owner and --label choose",
              MAX_JOBS);
    }
  }

  /** Of one page at a time, so each with the time of its own page. */
  Seen jobs() throws CommandFailure, IOException {
    List<UsageSample> samples = new ArrayList<>();
    String next = "";
    do {
      ListJobsResponse page =
          connection.call(
              "show what jobs use",
              JobServiceGrpc.getListJobsMethod(),
              request.toBuilder().setPageToken(next).build());
      long nanos = System.nanoTime();
      for (Job job : page.getJobsList()) {
        if (job.getPhase() != JobPhase.JOB_PHASE_ENDED) { // while the page was read
          samples.add(new UsageSample(job, nanos));
        }
      }
      next = page.getNextPageToken();
    } while (!next.isEmpty() && samples.size() < MAX_JOBS);
    return new Seen(List.copyOf(samples), next);
  }
}
