package dev.jobd.worker;

import dev.jobd.worker.model.JobId;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A change of limits that is neither made nor undone: those asked for may be in force in part. The
 * job's record shows those that it had, and in quotas it counts with the larger of both.
 */
public final class LimitsUnsettledException extends IOException {
  private final JobId job;
  private final @Nullable LimitChange change;

  private LimitsUnsettledException(
      JobId job, @Nullable LimitChange change, String problem, @Nullable Exception cause) {
    super("the limits of job " + job + " " + problem, cause);
    this.job = job;
    this.change = change;
  }

  /**
   * The kernel is at it.
   *
   * @param change {@code null} where it is not known yet what it will be
   */
  public static LimitsUnsettledException underWay(
      JobId job, @Nullable LimitChange change, Duration waited) {
    return new LimitsUnsettledException(
        job,
        change,
        "are being changed, which the kernel has not done within "
            + waited.toSeconds()
            + " s: what was asked for may hold in part. When this is over, its record shows what"
            + " holds",
        null);
  }

  /** Both failed. */
  public static LimitsUnsettledException notUndone(JobId job, LimitChange change, Exception cause) {
    return new LimitsUnsettledException(
        job,
        change,
        "could be neither changed nor put back: what was asked for may hold in part, and its"
            + " record shows what it had before. Ask again to settle it",
        cause);
  }

  public JobId job() {
    return job;
  }

  /** From the limits that the record shows to those that may hold in part. */
  public Optional<LimitChange> change() {
    return Optional.ofNullable(change);
  }
}
