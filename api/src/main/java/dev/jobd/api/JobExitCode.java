package dev.jobd.api;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a program exits with that runs a job in its own place: {@code jobctl run}, {@code jobctl
 * wait} and {@code jobd run}. Where a job exited, its own code; otherwise as a shell would tell it.
 */
public final class JobExitCode {
  /** What became of the job cannot be known: no failure to start it, and no success either. */
  public static final int LOST = 1;

  /** The job could not be started. */
  public static final int CANNOT_START = 125;

  /** The job's command is there but cannot be executed. */
  public static final int NOT_EXECUTABLE = 126;

  public static final int NO_SUCH_COMMAND = 127;

  private static final int SIGNAL_BASE = 128;
  private static final String EXEC_STEP = "exec";
  private static final int ENOENT = 2;

  private JobExitCode() {}

  /** All of them for help, as it shows them, each with its words. */
  public static Map<String, String> inWords() {
    Map<String, String> words = new LinkedHashMap<>();
    words.put("N", "The job's own code");
    words.put(SIGNAL_BASE + "+N", "Signal N ended the job");
    words.put(
        Integer.toString(CANNOT_START), "The job could not be started; the error says which step");
    words.put(Integer.toString(NOT_EXECUTABLE), "Its command cannot be executed");
    words.put(Integer.toString(NO_SUCH_COMMAND), "There is no such command");
    words.put(Integer.toString(LOST), "What became of the job cannot be known, or another failure");
    return words;
  }

  /** Of a process that signal {@code number} ended. */
  public static int ofSignal(int number) {
    return SIGNAL_BASE + number;
  }

  /** Of a command that never ran, by the step that failed and the kernel's error number. */
  public static int ofFailure(String step, int errno) {
    if (!step.equals(EXEC_STEP)) {
      return CANNOT_START;
    }
    return errno == ENOENT ? NO_SUCH_COMMAND : NOT_EXECUTABLE;
  }
}
