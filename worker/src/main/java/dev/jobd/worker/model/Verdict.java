package dev.jobd.worker.model;

import org.jspecify.annotations.Nullable;

/**
 * How a job ended. Rests on evidence that the kernel or the shim recorded; never guessed from an
 * exit code.
 */
public sealed interface Verdict {

  /** The command called exit with {@code code}, 0 to 255. */
  record Exited(int code) implements Verdict {}

  /**
   * A signal ended the command.
   *
   * @param stoppedBy who asked for the stop, where the cause is one
   */
  record Killed(int signal, Cause cause, @Nullable String stoppedBy) implements Verdict {}

  /**
   * The command never ran.
   *
   * @param step what failed, in the words of the shim's protocol, for example {@code exec}
   * @param errno the kernel's error number
   * @param message the error in words
   */
  record Failed(String step, int errno, String message) implements Verdict {}

  /** What happened cannot be known any more; {@code reason} says why. */
  record Lost(String reason) implements Verdict {}

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
