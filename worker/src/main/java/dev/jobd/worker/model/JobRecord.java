package dev.jobd.worker.model;

import java.time.Instant;

/**
 * Everything that is kept about one job.
 *
 * @param createdAt when it was recorded; records are listed by it
 * @param output known once the job has ended
 */
public record JobRecord(
    JobId id, Owner owner, JobSpec spec, Instant createdAt, JobState state, OutputSize output) {

  public JobRecord withState(JobState newState) {
    return new JobRecord(id, owner, spec, createdAt, newState, output);
  }

  public JobRecord withOutput(OutputSize newOutput) {
    return new JobRecord(id, owner, spec, createdAt, state, newOutput);
  }
}
