package dev.jobd.worker;

import dev.jobd.worker.model.JobId;

/** A job that is not to be deleted while it lives. Nothing was changed. */
public final class JobRunningException extends RuntimeException {
  private final JobId job;

  public JobRunningException(JobId job) {
    super("job " + job + " has not ended");
    this.job = job;
  }

  public JobId job() {
    return job;
  }
}
