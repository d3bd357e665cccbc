package dev.jobd.worker;

import dev.jobd.worker.cgroup.JobCgroup;
import dev.jobd.worker.launch.CrashPoint;
import dev.jobd.worker.launch.ShimExit;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Verdict;
import dev.jobd.worker.store.JobStore;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The end of one job. When its shim is gone, whatever way it went, the evidence is read, the cgroup
 * removed, the verdict made durable and only then published, once.
 */
final class JobEnd {
  private final Job job;
  private final JobCgroup cgroup;
  private final LiveLimits limits;
  private final JobStore store;
  private final LiveJobs jobs;
  private final JobNews news;
  private final Logger logger;

  /** Why this side could not launch the job; then the shim's record of it says nothing more. */
  private volatile Verdict.@Nullable Failed obstacle;

  JobEnd(
      Job job,
      JobCgroup cgroup,
      LiveLimits limits,
      JobStore store,
      LiveJobs jobs,
      JobNews news,
      Logger logger) {
    this.job = job;
    this.cgroup = cgroup;
    this.limits = limits;
    this.store = store;
    this.jobs = jobs;
    this.news = news;
    this.logger = logger;
  }

  /** The worker itself keeps the job from being launched: the verdict, whatever the shim says. */
  void obstructed(Verdict.Failed by) {
    obstacle = by;
  }

  /**
   * The shim is gone. Finds out how the job ended, leaves nothing of it behind, and publishes.
   *
   * <p>Evidence that cannot be read now, for want of descriptors for example, is not evidence of
   * anything: the job stays as it is until it can be.
   */
  void conclude(ShimExit shimExit) {
    try {
      Verdict.Failed never = obstacle;
      settle(
          never == null ? Conclusion.of(job, shimExit, logger) : Conclusion.neverLaunched(never));
    } catch (IOException e) {
      logger.log(Level.ERROR, "read the exit record of job " + job.id() + ", to be tried again", e);
      jobs.later(job, () -> conclude(shimExit));
    }
  }

  /**
   * Asks for the store's copy first, so that whoever hears of the end and then lists jobs finds it;
   * waits for it only where nothing else would tell the same after a crash.
   */
  private void settle(Conclusion conclusion) {
    CrashPoint.EXIT_READ.reached();
    limits.end();
    GroupRemains group = group();
    if (conclusion.populated()) {
      group.kill();
    }
    JobState.Ended end = conclusion.end().withUsage(group.used());
    JobRecord last = job.record().withState(end).withOutput(conclusion.output());
    CompletableFuture<Void> write = store.update(last);
    group.remove();
    CrashPoint.CGROUP_REMOVED.reached();
    if (conclusion.durable()) {
      publish(last, end);
      keepUntilRecorded(last, write);
    } else {
      keepUntilRecorded(last, write);
      publish(last, end);
    }
  }

  private GroupRemains group() {
    return new GroupRemains(job.id(), cgroup, logger);
  }

  private void publish(JobRecord last, JobState.Ended end) {
    jobs.release(job);
    job.toEnded(last, end);
    CrashPoint.END_PUBLISHED.reached();
    news.tell(observer -> observer.ended(job.record()));
  }

  /** Until its end is in the store, a job is found among those that live. */
  private void keepUntilRecorded(JobRecord last, CompletableFuture<Void> write) {
    try {
      JobStore.await(write);
      CrashPoint.END_STORED.reached();
      jobs.remove(job, last);
    } catch (IOException e) {
      logger.log(Level.ERROR, "record the end of job " + job.id() + ", to be tried again", e);
      jobs.later(job, () -> keepUntilRecorded(last, store.update(last)));
    }
  }

  /** Undoes what was made for a job that could not be recorded. Its shim is gone, or never was. */
  void undo() {
    group().remove();
    try {
      StateDirectory.removeTree(job.directory());
    } catch (IOException e) {
      logger.log(Level.WARNING, "remove the directory of job " + job.id(), e);
    }
    jobs.release(job);
    jobs.remove(job, job.record());
  }
}
