package dev.jobd.worker.launch;

import dev.jobd.worker.libc.Libc;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The moments of a job's life at which a crash is told apart from one a moment before: for tests of
 * what is left then. With the system property {@value #SWITCH}, {@code POINT} or {@code POINT:N},
 * this process kills itself by SIGKILL when it comes to the point for the N-th time. Without it, a
 * point is a comparison with a constant.
 */
public enum CrashPoint {
  START_ASKED,
  DIRECTORY_MADE,
  SHIM_TAKEN,
  SHIM_CONNECTED,
  REQUEST_SENT,
  CGROUP_MADE,
  ENTER_SENT,
  RECORDED,
  LAUNCH_SENT,
  START_REPORTED,
  START_RECORDED,
  START_DONE,
  OUTPUT_GREW,
  STOP_ASKED,
  STOP_RECORDED,
  STOP_SENT,
  SHIM_LEFT,
  EXIT_READ,
  CGROUP_REMOVED,
  END_PUBLISHED,
  END_STORED,
  DELETE_ASKED,
  DELETE_NOTED,
  DIRECTORY_REMOVED,
  DELETE_DONE,
  COMPRESSION_STEP,
  COMPRESSION_DRAFTED,
  COMPRESSION_NAMED,
  PLAIN_REMOVED,
  COMPRESSION_STORED;

  public static final String SWITCH = "jobd.crash-at";

  private static final @Nullable String ASKED = System.getProperty(SWITCH);

  /** Where this process is to die here, it does. */
  public void reached() {
    if (ASKED != null) {
      Crash.ASKED_FOR.reached(this);
    }
  }

  /**
   * Looks at the switch, before anything is done.
   *
   * @return what is asked for; {@code null} for nothing
   * @throws IOException where that is no point
   */
  public static @Nullable String requested() throws IOException {
    if (ASKED != null) {
      Crash.parse(ASKED);
    }
    return ASKED;
  }

  /** What the switch asks for; loaded where it does. */
  private record Crash(CrashPoint at, AtomicInteger left) {
    static final Crash ASKED_FOR = asked();

    private static Crash asked() {
      try {
        return parse(String.valueOf(ASKED));
      } catch (IOException e) {
        throw new IllegalStateException(e); // requested() was not called
      }
    }

    static Crash parse(String asked) throws IOException {
      String[] parts = asked.split(":", 2);
      try {
        int times = parts.length == 1 ? 1 : Integer.parseInt(parts[1]);
        if (times < 1) {
          throw new NumberFormatException("not positive");
        }
        return new Crash(valueOf(parts[0]), new AtomicInteger(times));
      } catch (IllegalArgumentException e) {
        throw new IOException(
            "%s=%s: must be POINT or POINT:N, N from 1, and POINT one of %s"
                .formatted(SWITCH, asked, Arrays.toString(values())),
            e);
      }
    }

    void reached(CrashPoint point) {
      if (point == at && left.decrementAndGet() == 0) {
        Libc.killSelf();
      }
    }
  }
}
