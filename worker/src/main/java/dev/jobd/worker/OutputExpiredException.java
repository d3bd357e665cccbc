package dev.jobd.worker;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.OutputRule;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The output of a job that was let go; the job's record is there. */
public final class OutputExpiredException extends IOException {
  private final JobId job;
  private final @Nullable String name;
  private final Instant at;
  private final @Nullable OutputRule rule;

  public OutputExpiredException(
      JobId job, @Nullable String name, Instant at, @Nullable OutputRule rule) {
    super("the output of job " + job + " expired at " + at + (rule == null ? "" : " by " + rule));
    this.job = job;
    this.name = name;
    this.at = at;
    this.rule = rule;
  }

  public JobId job() {
    return job;
  }

  /** The job's, if it has one. */
  public Optional<String> name() {
    return Optional.ofNullable(name);
  }

  /** When it was let go. */
  public Instant at() {
    return at;
  }

  /** Why; empty where that is not recorded. */
  public Optional<OutputRule> rule() {
    return Optional.ofNullable(rule);
  }
}
