package dev.jobd.worker.model;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where a job is in its life: {@code Starting → Running → (Stopping →) Ended}. A state never goes
 * back, and an ended one never changes.
 */
public sealed interface JobState {

  /** Recorded; its command has not been executed yet. */
  record Starting() implements JobState {}

  /** The command was executed and has not ended. */
  record Running(Command command) implements JobState {}

  /**
   * A stop was asked for and is under way; the command may still end in its own way.
   *
   * @param requestedBy who asked first, a name as an {@link Owner}'s
   * @param signal what the command gets, 1 to {@value Verdict#MAX_SIGNAL}
   * @param grace after which all that is left is killed; not negative
   */
  record Stopping(Command command, String requestedBy, int signal, Duration grace)
      implements JobState {
    public Stopping {
      Owner.requireName("stopping.requested_by", requestedBy);
      Numbers.requireBetween("stopping.signal", signal, 1, Verdict.MAX_SIGNAL);
      Numbers.requireAtLeast("stopping.grace", grace.toNanos(), 0);
    }
  }

  /**
   * Over: the command is gone with its whole tree, the output is complete and the verdict is
   * durable.
   *
   * @param command what ran; {@code null} where none did or it is not known
   * @param at when the command ended, or when that was found out
   * @param usage in all, as the job's control groups counted it until its end
   */
  record Ended(@Nullable Command command, Instant at, Verdict verdict, Usage usage)
      implements JobState {
    /** Where nothing is known of what it used. */
    public Ended(@Nullable Command command, Instant at, Verdict verdict) {
      this(command, at, verdict, Usage.UNKNOWN);
    }

    public Ended withUsage(Usage value) {
      return new Ended(command, at, verdict, value);
    }
  }

  /**
   * The command of a job, once it was executed.
   *
   * @param pid its process id on the host; at least 1
   * @param startedAt when it was executed
   */
  record Command(int pid, Instant startedAt) {
    public Command {
      Numbers.requireAtLeast("command.pid", pid, 1);
    }
  }
}
