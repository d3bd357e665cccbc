package dev.jobd.worker;

import dev.jobd.worker.model.JobId;
import java.io.IOException;
import java.time.Instant;

/** The output of a job that was let go; the job's verdict may still be there. */
public final class OutputExpiredException extends IOException {
  private final JobId job;
  private final Instant at;

  public OutputExpiredException(JobId job, Instant at) {
    super("the output of job " + job + " expired at " + at);
    this.job = job;
    this.at = at;
  }

  public JobId job() {
    return job;
  }

  /** When it was let go. */
  public Instant at() {
    return at;
  }
}
