package dev.jobd.worker;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.Verdict;

/**
 * A job whose command could not be executed. The job is recorded, and ended with the same {@link
 * Verdict.Failed}.
 */
public final class LaunchException extends Exception {
  private final JobId job;
  private final Verdict.Failed failure;

  public LaunchException(JobId job, JobSpec spec, Verdict.Failed failure) {
    super(failure.inWords(spec));
    this.job = job;
    this.failure = failure;
  }

  /** In one line: what failed, on what, and why. */
  public String words() {
    return String.valueOf(getMessage());
  }

  public JobId job() {
    return job;
  }

  public Verdict.Failed failure() {
    return failure;
  }
}
