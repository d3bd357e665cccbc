package dev.jobd.cli.render;

import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.Verdict;

/** A job's state in the words that scripts rely on. */
public final class StatusWords {
  private StatusWords() {}

  /** For example {@code running} or {@code finished (exit code: 0)}; always one line. */
  public static String of(Job job) {
    return switch (job.getPhase()) {
      case JOB_PHASE_STARTING -> "starting";
      case JOB_PHASE_RUNNING -> "running";
      case JOB_PHASE_STOPPING -> "stopping";
      case JOB_PHASE_ENDED -> Printable.escape(of(job.getVerdict()));
      case JOB_PHASE_UNSPECIFIED, UNRECOGNIZED -> "unknown";
    };
  }

  private static String of(Verdict verdict) {
    return switch (verdict.getKindCase()) {
      case EXITED -> "finished (exit code: " + verdict.getExited().getCode() + ")";
      case KILLED -> of(verdict.getKilled());
      case FAILED ->
          "failed ("
              + verdict.getFailed().getStep()
              + ": "
              + verdict.getFailed().getMessage()
              + ")";
      case LOST -> "lost (" + verdict.getLost().getReason() + ")";
      case KIND_NOT_SET -> "ended";
    };
  }

  private static String of(Verdict.Killed killed) {
    String how =
        switch (killed.getCause()) {
          case KILL_CAUSE_STOP_REQUEST -> "stopped";
          case KILL_CAUSE_OUT_OF_MEMORY -> "out of memory";
          case KILL_CAUSE_TIMEOUT -> "timed out";
          case KILL_CAUSE_OTHER, KILL_CAUSE_UNSPECIFIED, UNRECOGNIZED -> "killed";
        };
    return how + " (signal: " + killed.getSignal() + ")";
  }
}
