package dev.jobd.worker.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is kept about one job. Its times are kept in nanoseconds since 1970, 64 bits of
 * them: a store refuses those before 1677 and after 2262.
 *
 * @param createdAt when it was asked for, by this host's clock. Records are not listed by it but in
 *     the order in which they were recorded: clocks are set back, and two jobs may have one time
 * @param output known once the job has ended
 * @param outputExpiredAt when the job's output was let go; {@code null} while it is there. The
 *     store's to change
 * @param outputExpiredBy why; {@code null} while it is there, and where an earlier release let go
 *     of it
 */
public record JobRecord(
    JobId id,
    Owner owner,
    JobSpec spec,
    Instant createdAt,
    JobState state,
    OutputSize output,
    @Nullable Instant outputExpiredAt,
    @Nullable OutputRule outputExpiredBy) {

  /** A job whose output is there. */
  public JobRecord(
      JobId id, Owner owner, JobSpec spec, Instant createdAt, JobState state, OutputSize output) {
    this(id, owner, spec, createdAt, state, output, null, null);
  }

  public JobRecord withSpec(JobSpec newSpec) {
    return with(newSpec, state, output);
  }

  public JobRecord withState(JobState newState) {
    return with(spec, newState, output);
  }

  public JobRecord withOutput(OutputSize newOutput) {
    return with(spec, state, newOutput);
  }

  private JobRecord with(JobSpec newSpec, JobState newState, OutputSize newOutput) {
    return new JobRecord(
        id, owner, newSpec, createdAt, newState, newOutput, outputExpiredAt, outputExpiredBy);
  }
}
