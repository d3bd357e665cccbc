package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.cgroup.Cgroups;
import dev.jobd.worker.cgroup.JobCgroup;
import dev.jobd.worker.launch.LaunchRequest;
import dev.jobd.worker.launch.Shims;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.model.Verdict;
import dev.jobd.worker.store.JobStore;
import dev.jobd.worker.store.SqliteJobStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a worker does in one breath, one step at a time; with the real shim. */
final class LiveJobTest {
  private static final JobSpec SLEEPS = JobSpec.of("sleep", "1000");

  private static final System.Logger LOGGER = System.getLogger(LiveJobTest.class.getName());

  private static final int BOUND_SECONDS = 60;

  @TempDir private Path directory;

  @Test
  void aStopThatComesBeforeTheShimIsNotLost() throws Exception {
    JobRecord record =
        new JobRecord(
            JobId.random(),
            TestWorker.ALICE,
            SLEEPS,
            Instant.now(),
            new JobState.Starting(),
            OutputSize.NONE);
    String id = record.id().toString();
    try (Cgroups cgroups = Cgroups.open("live-job-test");
        StateDirectory state = StateDirectory.open(directory, new HeardLogger());
        JobStore store = SqliteJobStore.open(state.database());
        Shims shims = new Shims(TestWorker.SHIM, LOGGER)) {
      Path place = state.createJob(id);
      Job job = Job.live(record, new Outputs(state, store, WorkerConfig.DEFAULT_CHUNK_BYTES));
      JobStore.await(store.insert(record));
      JobCgroup cgroup = cgroups.create(id, SLEEPS.limits());
      try {
        LiveJob live = new LiveJob(job, cgroup, store, shims, noOthers(), JobObserver.NONE, LOGGER);

        job.stop(StopRequest.kill("bob"));
        live.spawn(request(place, id, cgroup));
        live.enter();
        live.launch();

        assertThat(job.ended().toCompletableFuture().get(BOUND_SECONDS, TimeUnit.SECONDS).verdict())
            .isEqualTo(new Verdict.Killed(StopRequest.SIGKILL, Verdict.Cause.STOP_REQUEST, "bob"));
      } finally {
        cgroup.kill();
        cgroup.remove();
      }
    }
  }

  private static LiveJobs noOthers() {
    QuotaLedger quotas = new QuotaLedger(LimitPolicy.DEFAULT, System::nanoTime);
    return new LiveJobs(quotas, job -> {});
  }

  private static LaunchRequest request(Path place, String id, JobCgroup cgroup) {
    return new LaunchRequest(
        place,
        id,
        SLEEPS,
        Map.of("PATH", "/usr/bin:/bin"),
        cgroup.unified(),
        cgroup.tasksFiles(),
        cgroup.oomEvents(),
        cgroup.oomNotice(),
        cgroup.io());
  }
}
