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

/** Asks for live jobs and what they use now. */
record Look(Connection connection, ListJobsRequest request) {
  /** The newest of more. */
  private static final int MAX_JOBS = 1000;

  ListJobsResponse response() throws CommandFailure, IOException {
    ListJobsResponse.Builder all = ListJobsResponse.newBuilder();
    samples().forEach(sample -> all.addJobs(sample.job()));
    return all.build();
  }

  /** Of one page at a time, so each with the time of its own page. */
  List<UsageSample> samples() throws CommandFailure, IOException {
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
    return samples;
  }
}
