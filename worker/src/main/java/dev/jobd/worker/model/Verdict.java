package dev.jobd.worker.model;

import org.jspecify.annotations.Nullable;

/**
 * How a job ended. Rests on evidence that the kernel or the shim recorded; never guessed from an
 * exit code.
 *
 * <p>Words of jobd's own are cut to their bound, never refused: a verdict that is too long is still
 * one.
 */
public sealed interface Verdict {
  int MAX_EXIT_CODE = 255;

  /** The kernel's highest signal number, SIGRTMAX: signal(7). */
  int MAX_SIGNAL = 64;

  int MAX_STEP_BYTES = 64;

  /** A sentence and its paths. A failure is told in an error's header, which has 8 KiB in all. */
  int MAX_REASON_BYTES = 1024;

  /**
   * The command called exit.
   *
   * @param code 0 to {@value Verdict#MAX_EXIT_CODE}
   */
  record Exited(int code) implements Verdict {
    public Exited {
      Numbers.requireBetween("exited.code", code, 0, MAX_EXIT_CODE);
    }
  }

  /**
   * A signal ended the command.
   *
   * @param signal 1 to {@value Verdict#MAX_SIGNAL}
   * @param stoppedBy who asked for the stop, a name as an {@link Owner}'s; {@code null} where the
   *     cause is another, and where no record of who asked is left: that a stop came is the shim's
   *     evidence, by whom is the worker's
   */
  record Killed(int signal, Cause cause, @Nullable String stoppedBy) implements Verdict {
    public Killed {
      Numbers.requireBetween("killed.signal", signal, 1, MAX_SIGNAL);
      if (stoppedBy != null) {
        Owner.requireName("killed.stopped_by", stoppedBy);
        if (cause != Cause.STOP_REQUEST) {
          throw new InvalidSpecException(
              "killed.stopped_by", "must be absent unless the cause is a stop, was " + cause);
        }
      }
    }
  }

  /**
   * The command never ran.
   *
   * @param step what failed, in the words of the shim's protocol, for example {@code exec}; cut to
   *     {@value Verdict#MAX_STEP_BYTES} bytes
   * @param errno the kernel's error number; 0 where the failure had none
   * @param message the error in words; cut to {@value Verdict#MAX_REASON_BYTES} bytes
   */
  record Failed(String step, int errno, String message) implements Verdict {
    private static final String EXEC = "exec";
    private static final String CHDIR = "chdir";

    /** Of a path in {@link #inWords}: what is told of it must leave room for why. */
    private static final int MAX_NAMED_BYTES = 128;

    public Failed {
      Text.requirePresent("failed.step", step);
      Numbers.requireAtLeast("failed.errno", errno, 0);
      step = Text.cut(step, MAX_STEP_BYTES);
      message = Text.cut(message, MAX_REASON_BYTES);
    }

    /**
     * What failed, on what and why, in one line: {@code executing 'make': No such file or
     * directory}.
     *
     * @param spec of the job that failed
     */
    public String inWords(JobSpec spec) {
      String what =
          switch (step) {
            case EXEC -> "executing '" + Text.cut(spec.argv().getFirst(), MAX_NAMED_BYTES) + "'";
            case CHDIR ->
                "changing to directory '"
                    + Text.cut(spec.workingDirectory(), MAX_NAMED_BYTES)
                    + "'";
            default -> "step " + step;
          };
      return what + ": " + message;
    }
  }

  /**
   * What happened cannot be known any more.
   *
   * @param reason why; cut to {@value Verdict#MAX_REASON_BYTES} bytes
   */
  record Lost(String reason) implements Verdict {
    public Lost {
      reason = Text.cut(reason, MAX_REASON_BYTES);
    }
  }

  /** Why a signal ended a command. */
  enum Cause {
    /** Somebody stopped the job. */
    STOP_REQUEST,
    /** The kernel's out-of-memory killer, by the cgroup's own count. */
    OUT_OF_MEMORY,
    /** The job ran longer than its timeout. */
    TIMEOUT,
    /** The job itself, or somebody outside. */
    OTHER
  }
}
