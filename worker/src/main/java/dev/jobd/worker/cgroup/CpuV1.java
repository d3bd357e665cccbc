package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Usage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * Processor time by quota, and by shares where jobs compete for it. The kernel refuses a quota
 * larger than that of a group above: such a limit fails with "Invalid argument".
 */
record CpuV1() implements Controller {
  static final List<Account> ACCOUNTS =
      List.of(
          Account.total("throttled time", "cpu.stat", CpuV1::noteThrottledTime),
          Account.total("CPU time", "cpuacct.stat", CpuV1::noteTimes));

  private static final long UNLIMITED = -1;

  /** The unit in which the kernel tells times to programs, on every machine a JVM runs on. */
  private static final Duration TICK = Duration.ofMillis(10);

  @Override
  public void set(Path group, Limits limits) throws IOException {
    if (limits.cpuMillis() != null) {
      period(group).set(CpuQuota.period(limits.cpuMillis()));
      quota(group).set(CpuQuota.micros(limits.cpuMillis()));
    }
    if (limits.cpuWeight() != null) {
      shares(group).set(CpuWeight.shares(limits.cpuWeight()));
    }
  }

  @Override
  public void change(Path group, Limits from, Limits to) throws IOException {
    set(group, to);
    if (from.cpuMillis() != null && to.cpuMillis() == null) {
      quota(group).set(UNLIMITED);
    }
    if (from.cpuWeight() != null && to.cpuWeight() == null) {
      shares(group).set(CpuWeight.shares(CpuWeight.DEFAULT));
    }
  }

  @Override
  public void verify(Path group, Limits limits) throws IOException {
    if (limits.cpuMillis() != null) {
      period(group).verify(CpuQuota.period(limits.cpuMillis()));
      quota(group).verify(CpuQuota.micros(limits.cpuMillis()));
    }
    if (limits.cpuWeight() != null) {
      shares(group).verify(CpuWeight.shares(limits.cpuWeight()));
    }
  }

  private static LimitFile period(Path group) {
    return new LimitFile(CpuQuota.FIELD, group.resolve("cpu.cfs_period_us"));
  }

  private static LimitFile quota(Path group) {
    return new LimitFile(CpuQuota.FIELD, group.resolve("cpu.cfs_quota_us"));
  }

  private static LimitFile shares(Path group) {
    return new LimitFile(CpuWeight.FIELD, group.resolve("cpu.shares"));
  }

  private static void noteThrottledTime(Counters counters, Usage.Builder usage) {
    usage.throttledTime(counters.named("throttled_time", ChronoUnit.NANOS));
  }

  /** There in the hierarchy of {@code cpuacct}. */
  private static void noteTimes(Counters counters, Usage.Builder usage) {
    usage
        .userTime(Counters.time(counters.named("user"), TICK))
        .systemTime(Counters.time(counters.named("system"), TICK));
  }
}
