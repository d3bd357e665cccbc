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
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one running job. A change is in force, read back from the kernel, before it is
 * recorded, and answered when its record is durable; what fails on the way leaves the job with the
 * limits that it had. For one change at a time, as {@link LimitChanges} has it.
 *
 * <p>A crash in between leaves a job with limits that its record does not show, and nobody was
 * told; asking for the same again settles it, and also what can be neither changed nor put back.
 *
 * <p>Whoever kills the job lifts its bounds on disks, which would hold up its end. A change that
 * writes them at the same time tells the shim, which lifts them again where it has begun to kill.
 * Where the shim has gone before it heard of that, {@link #end} has.
 */
final class LiveLimits {
  /** Changes of processor time and rates of disks, of which each lets the job have some more. */
  static final int RATE_CHANGES_AT_ONCE = 10;

  /** Until there may be one more of those: each lets the job have a period's run time anew. */
  static final Duration RATE_CHANGE_TURN = Duration.ofSeconds(10);

  private final Job job;
  private final JobCgroup cgroup;
  private final Recording recording;
  private final LiveJobs jobs;
  private final Runnable tellShim;
  private final Logger logger;

  private final Pace rateChanges =
      new Pace(RATE_CHANGE_TURN, RATE_CHANGES_AT_ONCE, System.nanoTime());

  /** Whether what is recorded is in force, because this worker saw to it. */
  private volatile boolean settled = true;

  /** What may be in force, where it is not settled: of changes that could not be undone. */
  private Limits left = Limits.NONE;

  private volatile boolean over;

  /** Of the last change, which may be under way. */
  private @Nullable LimitSteps steps;

  /** Refuses what a start would refuse, for what this host cannot enforce. */
  @FunctionalInterface
  interface Judge {
    void require(Limits limits) throws IOException;
  }

  /** See {@link dev.jobd.worker.store.JobStore#updateLimits}. */
  @FunctionalInterface
  interface Recording {
    CompletableFuture<Boolean> write(JobRecord record);
  }

  /**
   * @param tellShim that bounds on disks were written
   */
  LiveLimits(
      Job job,
      JobCgroup cgroup,
      Recording recording,
      LiveJobs jobs,
      Runnable tellShim,
      Logger logger) {
    this.job = job;
    this.cgroup = cgroup;
    this.recording = recording;
    this.jobs = jobs;
    this.tellShim = tellShim;
    this.logger = logger;
  }

  /** An earlier worker may have died while it changed them. */
  void unsettle() {
    settled = false;
  }

  /**
   * The job is over: from now on its groups are killed and removed. Returns when the kernel has no
   * write of a change in hand any more. To remove a group waits for who writes to a file of it, and
   * meanwhile the kernel makes and removes no group on this host, of whatever job: cgroup_rmdir
   * drains the files under cgroup_mutex.
   *
   * <p>Leaves no bound on a disk. On v2 what the job has written goes to the disk in the group's
   * name and under its bounds, also when the group is removed: whoever syncs that file, or with it
   * the file system, would wait for as long as they say.
   */
  void end() {
    LimitSteps last;
    synchronized (this) {
      over = true;
      last = steps;
    }
    if (last != null) {
      abandon(last);
    }
    if (!settled || !job.spec().limits().io().isEmpty()) {
      lift();
    }
  }

  /** Says so where the kernel takes long to let go, and waits on. */
  private void abandon(LimitSteps last) {
    CompletableFuture<Void> abandoned = new CompletableFuture<>();
    var _ =
        abandoned
            .orTimeout(last.patience().toMillis(), TimeUnit.MILLISECONDS)
            .exceptionallyAsync(_ -> sayThatTheEndWaits(last), LiveLimits::ofItsOwn);
    last.abandon();
    abandoned.complete(null);
  }

  /** On a thread of its own: that of the timer is for all. */
  private static void ofItsOwn(Runnable task) {
    var _ = Thread.ofVirtual().start(task);
  }

  private @Nullable Void sayThatTheEndWaits(LimitSteps last) {
    logger.log(
        Level.ERROR,
        "the end of job {0} waits for the kernel to let go of a change of its limits, called off"
            + " {1} s ago: to remove its groups before would hold up all others on this host",
        job.id(),
        last.patience().toSeconds());
    return null;
  }

  private synchronized void begin(LimitChange change, LimitSteps next) throws JobEndedException {
    requireNotOver();
    next.begin(change);
    steps = next;
  }

  private void requireNotOver() throws JobEndedException {
    if (over) {
      throw new JobEndedException(job.id());
    }
  }

  /**
   * Changes those limits that {@code asked} has, and keeps the others. Does nothing where that is
   * what the job has.
   *
   * @param next told what is changed, before it is; where its write is revoked, that is undone
   * @throws InvalidSpecException where it has none, one that a running job keeps, or one that this
   *     host cannot enforce
   * @throws QuotaExceededException where a quota has no room for it, or the job's rates are changed
   *     too often
   * @throws LimitRefusedException where the kernel does not take one of them, or not in time
   * @throws JobEndedException where the job has ended before
   * @throws LimitsUnsettledException where it failed, and could not be undone
   * @throws IOException where the change cannot be made or recorded
   */
  LimitChange change(Limits asked, Judge judge, LimitSteps next) throws IOException {
    requireChangeable(asked);
    requireNotOver();
    Limits from = job.spec().limits();
    judge.require(besideMemoryOf(from, asked));
    LimitChange change = new LimitChange(from, asked.orElse(from));
    if (settled && !change.isAny()) {
      return change;
    }
    Limits held = left.orElse(from);
    Limits maybe = change.to().orElse(held);
    requireRoom(change);
    settled = false;
    left = maybe;
    try {
      begin(change, next);
      write(change, held, next);
      record(change);
    } catch (JobEndedException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      undo(change, next.undo(), e);
      throw e;
    }
    settle();
    return change;
  }

  /** In the quotas, and then in the pace: what has no room has no turn. */
  private void requireRoom(LimitChange change) {
    jobs.change(job, change.to());
    try {
      requirePace(change);
    } catch (QuotaExceededException e) {
      if (settled) {
        jobs.settle(job);
      }
      throw e;
    }
  }

  /**
   * The kernel lets a group begin a new period at each write of its quota, and a disk's bound begin
   * anew: who changed them all the time would be held by neither.
   */
  private void requirePace(LimitChange change) {
    Duration wait = change.isOfRates() ? rateChanges.take(System.nanoTime()) : Duration.ZERO;
    if (wait.isPositive()) {
      throw new QuotaExceededException(
          "rate_changes",
          RATE_CHANGES_AT_ONCE,
          RATE_CHANGES_AT_ONCE,
          wait,
          "a job's processor time and rates of disks can be changed %d times at once, then each %d s: try again in %d ms"
              .formatted(RATE_CHANGES_AT_ONCE, RATE_CHANGE_TURN.toSeconds(), wait.toMillis()));
    }
  }

  /**
   * What the host has to judge: not what the job has already, which may have been granted by a host
   * that could do more.
   */
  private static Limits besideMemoryOf(Limits from, Limits asked) {
    return asked.orElse(Limits.builder().memoryBytes(from.memoryBytes()).build());
  }

  private void settle() {
    settled = true;
    left = Limits.NONE;
    jobs.settle(job);
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

  private void write(LimitChange change, Limits held, LimitSteps next) throws IOException {
    try {
      next.write().run(() -> cgroup.change(held, change.to()));
    } catch (IOException e) {
      requireLife();
      throw next.write().isRevoked() ? notInTime(change, next.patience(), e) : e;
    } finally {
      written();
    }
  }

  private void requireLife() throws JobEndedException {
    requireNotOver();
    if (!cgroup.isThere()) {
      throw new JobEndedException(job.id());
    }
  }

  private void written() {
    if (!left.io().isEmpty()) {
      tellShim.run();
    }
  }

  private void lift() {
    try {
      cgroup.lift();
    } catch (IOException e) {
      logger.log(Level.ERROR, "lift the bounds of job " + job.id() + ", which is over", e);
    }
  }

  private void record(LimitChange change) throws IOException {
    if (!change.isAny()) {
      return;
    }
    JobRecord before = job.record();
    JobSpec spec = before.spec().withLimits(change.to());
    if (!JobStore.await(recording.write(before.withSpec(spec)))) {
      throw new JobEndedException(job.id());
    }
    job.limited(change.to());
  }

  /** Where on this host the kernel refused is nothing for the caller. */
  private void undo(LimitChange change, Revocable undoing, Exception failure)
      throws LimitsUnsettledException {
    try {
      undoing.run(() -> cgroup.restore(left, change.from()));
    } catch (IOException e) {
      requireLife();
      failure.addSuppressed(e);
      logger.log(Level.ERROR, "job " + job.id() + " may have other limits than it had", failure);
      throw LimitsUnsettledException.notUndone(job.id(), change, failure);
    } finally {
      written();
    }
    settle();
    if (failure.getCause() != null) {
      logger.log(Level.WARNING, "change limits of job " + job.id(), failure);
    }
  }

  /** Of all limits, only those on memory wait. */
  private static LimitRefusedException notInTime(
      LimitChange change, Duration patience, Exception failure) {
    boolean memory = !Objects.equals(change.from().memoryBytes(), change.to().memoryBytes());
    String time = patience.toSeconds() + " s";
    String problem =
        memory
            ? "cannot be held now: the job takes memory as fast as the kernel takes it back, for "
                + time
                + "; ask for more, or try again when it does less"
            : "could not be changed within " + time + ": try again when the host does less";
    return new LimitRefusedException(
        memory ? "limits.memory_bytes" : "limits", problem, problem, failure);
  }
}
