package dev.jobd.worker;

import dev.jobd.worker.model.JobId;

/** A job that was started without an open stdin: it read the end of it at once. */
public final class StdinClosedException extends RuntimeException {
  private final JobId job;

  public StdinClosedException(JobId job) {
    super("job " + job + " was started without an open stdin");
    this.job = job;
  }

  public JobId job() {
    return job;
  }
}
