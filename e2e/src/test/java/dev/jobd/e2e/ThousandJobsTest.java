package dev.jobd.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobPhase;
import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.ListJobsRequest;
import dev.jobd.api.v1.ListJobsResponse;
import dev.jobd.api.v1.StartJobRequest;
import dev.jobd.api.v1.StreamOutputRequest;
import dev.jobd.api.v1.StreamOutputResponse;
import dev.jobd.api.v1.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ThousandJobsTest {
  @RegisterExtension static final DistServer server = new DistServer();

  private static final int JOBS = 1000;
  private static final int STARTERS = 32;

  /** Enough that every pool has its threads and every class its place. */
  private static final int WARM_UP = 100;

  @Test
  void aThousandJobsAsFastAsTheClientCanAreAllThereAndLeaveNothing() throws Exception {
    try (Api api = Api.connect(server, server.pki().user("alice", "user"))) {
      Set<String> warmUp = runJobs(api, WARM_UP);
      Footprint baseline = atRest();

      Set<String> ids = runJobs(api, JOBS);

      assertThat(ids).hasSize(JOBS);
      assertThat(Cgroups.named(ids)).isEmpty();
      Eventually.within(
          Running.BOUND,
          () ->
              assertThat(Footprint.of(server.process()))
                  .matches(now -> now.isWithin(baseline), "within " + baseline));
      ids.addAll(warmUp);
      assertThat(endedWell(api)).containsExactlyInAnyOrderElementsOf(ids);
    }
  }

  /** With one shim, that waits for a job, as always where nothing else goes on. */
  private static Footprint atRest() throws Exception {
    Eventually.within(
        Running.BOUND,
        () ->
            assertThat(server.process().children().map(ThousandJobsTest::commandLine))
                .singleElement()
                .asString()
                .contains("(waiting for a job)"));
    return Footprint.of(server.process());
  }

  private static String commandLine(ProcessHandle process) {
    return process.info().commandLine().orElse("");
  }

  /** The ids of jobs that were followed to their end. */
  private static Set<String> runJobs(Api api, int count) throws Exception {
    List<Future<String>> jobs = new ArrayList<>();
    try (ExecutorService starters = Executors.newFixedThreadPool(STARTERS)) {
      for (int i = 0; i < count; i++) {
        jobs.add(starters.submit(() -> runOne(api)));
      }
    }
    Set<String> ids = new HashSet<>();
    for (Future<String> job : jobs) {
      ids.add(job.get());
    }
    return ids;
  }

  private static String runOne(Api api) {
    JobSpec spec = JobSpec.newBuilder().addArgv("/bin/true").build();
    String id =
        api.jobs().startJob(StartJobRequest.newBuilder().setSpec(spec).build()).getJob().getId();
    Iterator<StreamOutputResponse> frames =
        api.jobs()
            .streamOutput(StreamOutputRequest.newBuilder().setJob(id).setFollow(true).build());
    StreamOutputResponse last = frames.next();
    while (frames.hasNext()) {
      last = frames.next();
    }
    assertThat(endedWell(last.getEnd().getJob())).as("the end of %s: %s", id, last).isTrue();
    return id;
  }

  private static boolean endedWell(Job job) {
    return job.getPhase() == JobPhase.JOB_PHASE_ENDED
        && job.getVerdict().getKindCase() == Verdict.KindCase.EXITED
        && job.getVerdict().getExited().getCode() == 0;
  }

  /** The ids of all jobs on record that exited 0. */
  private static List<String> endedWell(Api api) {
    List<String> ids = new ArrayList<>();
    String page = "";
    do {
      ListJobsResponse answer =
          api.jobs()
              .listJobs(ListJobsRequest.newBuilder().setPageSize(500).setPageToken(page).build());
      answer.getJobsList().stream()
          .filter(ThousandJobsTest::endedWell)
          .map(Job::getId)
          .forEach(ids::add);
      page = answer.getNextPageToken();
    } while (!page.isEmpty());
    return ids;
  }
}
