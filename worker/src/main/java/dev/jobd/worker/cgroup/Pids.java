package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Processes and threads; the same in v1 and v2. {@code pids.max} is one more than the job may have:
 * the first process of its PID namespace is jobd's own and lives in the group too.
 */
record Pids() implements Controller {
  static final String MAX = "pids.max";

  /** The kernel's PID_MAX_LIMIT, the most that it takes and more than there can be. */
  private static final long MAX_VALUE = 1 << 22;

  private static final long INIT = 1;

  @Override
  public void set(Path group, Limits limits) throws IOException {
    if (limits.pids() != null) {
      file(group).set(max(limits.pids()));
    }
  }

  @Override
  public void verify(Path group, Limits limits) throws IOException {
    if (limits.pids() != null) {
      file(group).verify(max(limits.pids()));
    }
  }

  /** From here on, no process in {@code group} or below can fork. */
  static void forbidMore(Path group) throws IOException {
    ControlFile.write(group.resolve(MAX), 0);
  }

  private static LimitFile file(Path group) {
    return new LimitFile("limits.pids", group.resolve(MAX));
  }

  private static long max(long pids) {
    return Math.min(pids + INIT, MAX_VALUE);
  }
}
