package dev.jobd.worker;

import dev.jobd.worker.model.JobId;

/** A job that has ended, where what was asked for takes one that runs. Nothing was changed. */
public final class JobEndedException extends RuntimeException {
  private final JobId job;

  public JobEndedException(JobId job) {
    super("job " + job + " has ended");
    this.job = job;
  }

  public JobId job() {
    return job;
  }
}
