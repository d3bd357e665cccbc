package dev.jobd.cli;

import dev.jobd.api.v1.Verdict;

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

  /** {@code run} could not start the job. */
  static final int CANNOT_START = 125;

  /** The job's command is there but cannot be executed. */
  static final int NOT_EXECUTABLE = 126;

  static final int NO_SUCH_COMMAND = 127;

  private static final int SIGNAL_BASE = 128;
  private static final String EXEC_STEP = "exec";
  private static final int ENOENT = 2;

  private ExitCode() {}

  /** Of a process that signal {@code number} ended, as shells tell it. */
  static int signal(int number) {
    return SIGNAL_BASE + number;
  }

  /** The job's own, as a shell that had run its command would tell it. */
  static int of(Verdict verdict) {
    return switch (verdict.getKindCase()) {
      case EXITED -> verdict.getExited().getCode();
      case KILLED -> signal(verdict.getKilled().getSignal());
      case FAILED ->
          startFailed(
              verdict.getFailed().getStep(), Integer.toString(verdict.getFailed().getErrno()));
      case LOST, KIND_NOT_SET -> FAILED;
    };
  }

  /** Of a command that never ran, by the step that failed and the kernel's error number. */
  static int startFailed(String step, String errno) {
    if (!step.equals(EXEC_STEP)) {
      return CANNOT_START;
    }
    return errno.equals(Integer.toString(ENOENT)) ? NO_SUCH_COMMAND : NOT_EXECUTABLE;
  }
}
