package dev.jobd.cli.render;

import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.Verdict;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

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

  /** When and why the output of {@code job} was let go; {@code null} where it is there. */
  public static @Nullable String removal(Job job) {
    if (!job.hasOutputExpireTime()) {
      return null;
    }
    String time = Instant.ofEpochSecond(job.getOutputExpireTime().getSeconds()).toString();
    return removal(time, job.hasOutputExpireRule() ? job.getOutputExpireRule() : null);
  }

  /**
   * When and why an output was let go.
   *
   * @param rule {@code null} where a server of an earlier release did
   */
  public static String removal(String time, @Nullable String rule) {
    return "removed at "
        + time
        + (rule == null
            ? ", for its age or to make room for newer ones"
            : " by the server's " + rule);
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
