package dev.jobd.worker;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.Verdict;

/**
 * A job whose command could not be executed. The job is recorded, and ended with the same {@link
 * Verdict.Failed}.
 */
public final class LaunchException extends Exception {
  private final JobId job;
  private final Verdict.Failed failure;

  public LaunchException(JobId job, Verdict.Failed failure) {
    super(failure.step() + ": " + failure.message());
    this.job = job;
    this.failure = failure;
  }

  public JobId job() {
    return job;
  }

  public Verdict.Failed failure() {
    return failure;
  }
}
