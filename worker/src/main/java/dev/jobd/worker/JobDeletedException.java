package dev.jobd.worker;

import dev.jobd.worker.model.JobId;
import java.io.IOException;

/** A job that was deleted since it was found: its output is gone, and its record. */
public final class JobDeletedException extends IOException {
  private final JobId job;

  public JobDeletedException(JobId job) {
    super("job " + job + " was deleted");
    this.job = job;
  }

  public JobId job() {
    return job;
  }
}
