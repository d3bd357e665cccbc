package dev.jobd.cli;

import dev.jobd.api.JobExitCode;
import dev.jobd.api.v1.Verdict;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** What jobctl exits with; scripts rely on each. */
final class ExitCode {
  static final int OK = 0;

  /** The operation failed. */
  static final int FAILED = 1;

  /** The command line, or a value in it, is wrong. */
  static final int USAGE = 2;

  static final int NOT_FOUND = 3;

  /** Not allowed, or not authenticated. */
  static final int NOT_ALLOWED = 4;

  static final int UNREACHABLE = 5;

  private ExitCode() {}

  /** Has help tell them of a command that gives the job's own. */
  static void addJobsOwnTo(CommandSpec spec) {
    Map<String, String> words = JobExitCode.inWords();
    words.put(Integer.toString(USAGE), "The command line, or a value in it, is wrong");
    words.put(Integer.toString(NOT_FOUND), "There is no such job");
    words.put(Integer.toString(NOT_ALLOWED), "Not allowed, or not authenticated");
    words.put(Integer.toString(UNREACHABLE), "The server cannot be reached");
    spec.usageMessage().exitCodeListHeading("%nExit codes:%n").exitCodeList(words);
  }

  /** That of {@code run} and {@code wait}. */
  static int of(Verdict verdict) {
    return switch (verdict.getKindCase()) {
      case EXITED -> verdict.getExited().getCode();
      case KILLED -> JobExitCode.ofSignal(verdict.getKilled().getSignal());
      case FAILED ->
          JobExitCode.ofFailure(verdict.getFailed().getStep(), verdict.getFailed().getErrno());
      case LOST -> JobExitCode.LOST;
      case KIND_NOT_SET -> FAILED; // as a later jobd may know one
    };
  }
}
