package dev.jobd.worker;

import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.Verdict;
import java.time.Duration;

/**
 * How to end a job. The command gets {@code signal}; what is left of the job's whole tree after
 * {@code grace} is killed. No grace: all is killed at once.
 *
 * @param by who asks, a name as an {@link Owner}'s; kept with the verdict
 * @param signal 1 to {@value #MAX_SIGNAL}
 * @param grace 0 to a day
 */
public record StopRequest(String by, int signal, Duration grace) {
  public static final int SIGKILL = 9;
  public static final int SIGTERM = 15;

  public static final int MAX_SIGNAL = Verdict.MAX_SIGNAL;

  public static final Duration MAX_GRACE = Duration.ofDays(1);

  public StopRequest {
    Owner.requireName("by", by);
    if (signal < 1 || signal > MAX_SIGNAL) {
      throw new InvalidSpecException("signal", "must be 1 to " + MAX_SIGNAL + ", was " + signal);
    }
    if (grace.isNegative() || grace.compareTo(MAX_GRACE) > 0) {
      throw new InvalidSpecException("grace", "must be 0 to 1 day, was " + grace);
    }
  }

  /** Kills the whole tree at once. */
  public static StopRequest kill(String by) {
    return new StopRequest(by, SIGKILL, Duration.ZERO);
  }
}
