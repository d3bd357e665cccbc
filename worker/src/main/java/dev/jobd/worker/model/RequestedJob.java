package dev.jobd.worker.model;

/** A job and the request that started it. */
public record RequestedJob(JobRecord record, StartRequest request) {

  /** Whether {@code spec} is, in every part, what was asked for then. */
  public boolean wasAskedForAs(JobSpec spec) {
    return record.spec().withLimits(request.limits()).equals(spec);
  }
}
