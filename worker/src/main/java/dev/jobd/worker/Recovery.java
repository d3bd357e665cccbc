package dev.jobd.worker;

import dev.jobd.worker.cgroup.Cgroups;
import dev.jobd.worker.cgroup.JobCgroup;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.store.JobStore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiFunction;

/**
 * Takes up the jobs of the worker before: those whose shims live, and those that have ended
 * meanwhile.
 */
record Recovery(
    JobStore store,
    Cgroups cgroups,
    Outputs outputs,
    LiveJobs live,
    BiFunction<Job, JobCgroup, LiveJob> taking,
    Logger logger) {

  /** Jobs that are looked at side by side: the records of their ends share commits. */
  private static final int AT_ONCE = 64;

  /**
   * Returns when every job is known again: as live, or with its end.
   *
   * @throws IOException where the records cannot be read, or one that is corrupt cannot be ended
   */
  void run() throws IOException {
    List<Callable<Void>> jobs = new ArrayList<>();
    for (JobRecord record : store.live()) {
      jobs.add(
          () -> {
            takeUp(record);
            return null;
          });
    }
    try (ExecutorService threads =
        Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
      for (Future<Void> done : threads.invokeAll(jobs)) {
        done.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while jobs were taken up");
    } catch (ExecutionException e) {
      throw new IOException("take up a job: " + e.getCause(), e);
    }
  }

  private void takeUp(JobRecord record) throws IOException {
    if (record.state() instanceof JobState.Ended) {
      // Not readable, which the store tells by the verdict: that is kept, and the job is ended.
      logger.log(Level.ERROR, "end job {0}: {1}", record.id(), record.state());
      JobStore.await(store.update(record));
      return;
    }
    Job job = Job.live(record, outputs);
    live.readmit(job);
    taking.apply(job, cgroups.existing(record.id().toString())).takeUp();
  }
}
