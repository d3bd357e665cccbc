package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Processes and threads; the same in v1 and v2. {@code pids.max} is one more than the job may have:
 * the first process of its PID namespace is jobd's own and lives in the group too.
 */
record Pids() implements Controller {
  static final String MAX = "pids.max";

  static final List<Account> ACCOUNTS =
      List.of(
          Account.ofTheMoment(
              "pids", "pids.current", (counters, usage) -> usage.pids(ofJob(counters.single()))),
          Account.total(
              "peak pids",
              "pids.peak",
              (counters, usage) -> usage.peakPids(ofJob(counters.single()))));

  private static final String UNLIMITED = "max";

  /** The kernel's PID_MAX_LIMIT, the most that it takes and more than there can be. */
  private static final long MAX_VALUE = 1 << 22;

  private static final long INIT = 1;

  @Override
  public void set(Path group, Limits limits) throws IOException {
    if (limits.pids() != null) {
      file(group).set(max(limits.pids()));
    }
  }

  /** A limit below what there is ends nothing; there is no fork until enough have ended. */
  @Override
  public void change(Path group, Limits from, Limits to) throws IOException {
    set(group, to);
    if (from.pids() != null && to.pids() == null) {
      file(group).set(UNLIMITED);
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

  private static @Nullable Long ofJob(@Nullable Long counted) {
    return counted == null ? null : Long.valueOf(Math.max(0, counted - INIT));
  }
}
