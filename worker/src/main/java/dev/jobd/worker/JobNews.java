package dev.jobd.worker;

import dev.jobd.worker.model.JobId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells the observer what becomes of one job, in order, and on threads of its own: nothing waits
 * for whoever is told.
 */
final class JobNews {
  private final JobId job;
  private final JobObserver observer;
  private final Logger logger;

  /** Completes when the observer has been told all so far. */
  private CompletableFuture<Void> told = CompletableFuture.completedFuture(null);

  JobNews(JobId job, JobObserver observer, Logger logger) {
    this.job = job;
    this.observer = observer;
    this.logger = logger;
  }

  synchronized void tell(Consumer<JobObserver> news) {
    told =
        told.thenRunAsync(() -> news.accept(observer), Thread::startVirtualThread)
            .exceptionally(this::notHeard);
  }

  private @Nullable Void notHeard(Throwable failure) {
    logger.log(Level.ERROR, "tell what has become of job " + job, failure);
    return null;
  }
}
