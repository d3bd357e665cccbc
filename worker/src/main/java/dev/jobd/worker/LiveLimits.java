package dev.jobd.worker;

import dev.jobd.worker.cgroup.JobCgroup;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.LimitRefusedException;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.store.JobStore;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one running job. A change is in force, read back from the kernel, before it is
 * recorded, and answered when its record is durable; what fails on the way leaves the job with the
 * limits that it had. Changes are made one after the other.
 *
 * <p>A crash in between leaves a job with limits that its record does not show, and nobody was
 * told; asking again settles it.
 */
final class LiveLimits {
  private final Job job;
  private final JobCgroup cgroup;
  private final JobStore store;
  private final LiveJobs jobs;
  private final Logger logger;

  /** The end of the change that was asked for last. */
  private final AtomicReference<CompletableFuture<Void>> last =
      new AtomicReference<>(CompletableFuture.completedFuture(null));

  /** What a start would make of these limits, or why it would refuse them. */
  interface Judge {
    Limits enforceable(Limits limits) throws IOException;
  }

  LiveLimits(Job job, JobCgroup cgroup, JobStore store, LiveJobs jobs, Logger logger) {
    this.job = job;
    this.cgroup = cgroup;
    this.store = store;
    this.jobs = jobs;
    this.logger = logger;
  }

  /**
   * Changes those limits that {@code asked} has, and keeps the others.
   *
   * @throws InvalidSpecException where it has none, one that a running job keeps, or one that this
   *     host cannot enforce
   * @throws QuotaExceededException where a quota has no room for it
   * @throws LimitRefusedException where the kernel does not take one of them
   * @throws JobEndedException where the job has ended before
   * @throws IOException where the change cannot be made or recorded
   */
  LimitChange change(Limits asked, Judge judge) throws IOException {
    requireChangeable(asked);
    CompletableFuture<Void> over = new CompletableFuture<>();
    last.getAndSet(over).join();
    try {
      Limits from = job.spec().limits();
      LimitChange change = new LimitChange(from, judge.enforceable(asked.orElse(from)));
      jobs.change(job, change.to());
      apply(change);
      record(change);
      return change;
    } finally {
      jobs.settle(job);
      over.complete(null);
    }
  }

  private static void requireChangeable(Limits asked) {
    if (asked.equals(Limits.NONE)) {
      throw new InvalidSpecException("limits", "must hold one to change");
    }
    requireAbsent("limits.nice", asked.nice());
    requireAbsent("limits.timeout", asked.timeout());
    requireAbsent("limits.output_bytes", asked.outputBytes());
  }

  /** The job's shim has them from the start, or its command. */
  private static void requireAbsent(String field, @Nullable Object limit) {
    if (limit != null) {
      throw new InvalidSpecException(field, "must be absent: a running job keeps what it has");
    }
  }

  private void apply(LimitChange change) throws IOException {
    try {
      cgroup.change(change.from(), change.to());
    } catch (IOException e) {
      requireGroup();
      log(e);
      throw e;
    }
  }

  /** It is removed at the job's end, a moment before that is told. */
  private void requireGroup() {
    if (!cgroup.isThere()) {
      throw new JobEndedException(job.id());
    }
  }

  /** Where on this host the kernel refused is nothing for the caller; what stayed is worse. */
  private void log(IOException failure) {
    if (failure.getSuppressed().length > 0) {
      logger.log(Level.ERROR, "job " + job.id() + " may have other limits than it had", failure);
    } else if (failure.getCause() != null) {
      logger.log(Level.WARNING, "change limits of job " + job.id(), failure);
    }
  }

  private void record(LimitChange change) throws IOException {
    JobRecord before = job.record();
    JobSpec spec = before.spec().withLimits(change.to());
    boolean lives;
    try {
      lives = LiveJob.await(store.updateLimits(before.withSpec(spec)));
    } catch (IOException e) {
      undo(change, e);
      throw e;
    }
    if (!lives) {
      throw new JobEndedException(job.id());
    }
    job.limited(change.to());
  }

  private void undo(LimitChange change, IOException failure) {
    try {
      cgroup.change(change.to(), change.from());
    } catch (IOException e) {
      failure.addSuppressed(e);
      log(failure);
    }
  }
}
