package dev.jobd.worker;

import dev.jobd.worker.launch.ExitRecord;
import dev.jobd.worker.launch.Shims;
import dev.jobd.worker.model.Verdict;
import dev.jobd.worker.model.Verdict.Cause;
import org.jspecify.annotations.Nullable;

/**
 * From evidence to verdict: a pure function of what was recorded, so that it gives the same answer
 * whenever it is asked.
 */
final class Verdicts {
  private static final int SIGKILL = 9;

  private Verdicts() {}

  /**
   * @param stopRequestedBy who asked for a stop, where somebody did
   */
  static Verdict of(ExitRecord exit, @Nullable String stopRequestedBy) {
    if (exit.failedStep() != null) {
      return new Verdict.Failed(exit.failedStep(), exit.errno(), Shims.describe(exit.errno()));
    }
    if (exit.status() == ExitRecord.STATUS_UNKNOWN) {
      return new Verdict.Lost(
          "its first process was killed before it told how the command had ended");
    }
    if (!exit.signaled()) {
      return new Verdict.Exited(exit.exitCode());
    }
    Cause cause = causeOf(exit);
    return new Verdict.Killed(
        exit.signal(), cause, cause == Cause.STOP_REQUEST ? stopRequestedBy : null);
  }

  /**
   * A signal has the first cause that explains it: a stop its own signal and the SIGKILL after it,
   * the others SIGKILL alone.
   */
  private static Cause causeOf(ExitRecord exit) {
    boolean killed = exit.signal() == SIGKILL;
    if (exit.stopSignal() != 0 && (killed || exit.signal() == exit.stopSignal())) {
      return Cause.STOP_REQUEST;
    }
    if (killed && exit.timedOut()) {
      return Cause.TIMEOUT;
    }
    if (killed && exit.oomKills() > 0) {
      return Cause.OUT_OF_MEMORY;
    }
    return Cause.OTHER;
  }
}
