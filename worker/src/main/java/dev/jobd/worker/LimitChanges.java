package dev.jobd.worker;

import dev.jobd.worker.OwnerThreads.NoTurnException;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.Owner;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Changes of running jobs' limits, which may take long: the kernel takes memory back before it
 * holds a lower limit, and a job may take it anew as fast. So they have {@link OwnerThreads},
 * {@link #THREADS} of them, each owner's jobs one change at a time. One that takes longer than
 * {@link #PATIENCE} is called off and undone; where that takes as long again, that is called off,
 * too, its caller is told so, and its end is logged, as is that of one whose caller was
 * interrupted.
 */
final class LimitChanges {
  static final int THREADS = 2;

  /** Of a change for its turn, for its end, and for its being undone. */
  static final Duration PATIENCE = Duration.ofSeconds(6);

  private final OwnerThreads threads;
  private final Logger logger;

  /** One change, on the thread that runs it. */
  @FunctionalInterface
  interface Change {
    /**
     * Makes it.
     *
     * @param steps what waits for the kernel
     */
    LimitChange make(LimitSteps steps) throws IOException;
  }

  LimitChanges(Duration patience, Logger logger) {
    this.threads = new OwnerThreads("jobd-limits", THREADS, patience);
    this.logger = logger;
  }

  /**
   * Makes a change, and answers its outcome.
   *
   * @throws TooManyChangesException where it does not have its turn in time
   * @throws LimitsUnsettledException where it has not ended in time
   */
  LimitChange run(JobId job, Owner owner, Change change) throws IOException {
    LimitSteps steps = new LimitSteps(threads.patience());
    try {
      return outcome(job, threads.begin(owner, () -> change.make(steps)), steps);
    } catch (NoTurnException e) {
      throw new TooManyChangesException(e.own() ? owner : null, e.own() ? 1 : THREADS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("change limits of job " + job + ": interrupted");
    }
  }

  private LimitChange outcome(JobId job, CompletableFuture<LimitChange> change, LimitSteps steps)
      throws IOException, InterruptedException {
    try {
      return inTime(change, steps);
    } catch (TimeoutException late) {
      logEnd(job, change);
      throw LimitsUnsettledException.underWay(
          job, steps.change(), threads.patience().multipliedBy(2));
    } catch (InterruptedException e) {
      revoke(steps.write());
      logEnd(job, change);
      throw e;
    }
  }

  private LimitChange inTime(CompletableFuture<LimitChange> change, LimitSteps steps)
      throws IOException, InterruptedException, TimeoutException {
    try {
      return threads.await(change);
    } catch (TimeoutException late) {
      revoke(steps.write());
    }
    try {
      return threads.await(change);
    } catch (TimeoutException late) {
      revoke(steps.undo());
      throw late;
    }
  }

  /** On a thread of its own: it returns when the kernel lets go. */
  private static void revoke(Revocable step) {
    Thread.ofVirtual().start(step::revoke);
  }

  private void logEnd(JobId job, CompletableFuture<LimitChange> change) {
    var _ = change.whenComplete((made, failure) -> log(job, made, failure));
  }

  private void log(JobId job, @Nullable LimitChange made, @Nullable Throwable failure) {
    if (made != null) {
      logger.log(Level.WARNING, "the limits of job {0} are {1} at last", job, made.to());
    } else {
      logger.log(Level.WARNING, "change limits of job " + job + ", at last", failure);
    }
  }
}
