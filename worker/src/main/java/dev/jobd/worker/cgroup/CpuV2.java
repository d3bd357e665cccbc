package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Usage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;

/** Processor time by quota, and by weight where jobs compete for it. */
record CpuV2() implements Controller {
  /** Times of every group of the cgroup2 tree; throttled time where it has the controller. */
  static final Account ACCOUNT = Account.total("CPU time", "cpu.stat", CpuV2::noteTimes);

  private static final String UNLIMITED = "max";

  @Override
  public void set(Path group, Limits limits) throws IOException {
    if (limits.cpuMillis() != null) {
      quota(group).set(max(limits.cpuMillis()));
    }
    if (limits.cpuWeight() != null) {
      weight(group).set(limits.cpuWeight());
    }
  }

  @Override
  public void change(Path group, Limits from, Limits to) throws IOException {
    set(group, to);
    if (from.cpuMillis() != null && to.cpuMillis() == null) {
      quota(group).set(UNLIMITED);
    }
    if (from.cpuWeight() != null && to.cpuWeight() == null) {
      weight(group).set(CpuWeight.DEFAULT);
    }
  }

  @Override
  public void verify(Path group, Limits limits) throws IOException {
    if (limits.cpuMillis() != null) {
      quota(group).verify(max(limits.cpuMillis()));
    }
    if (limits.cpuWeight() != null) {
      weight(group).verify(limits.cpuWeight());
    }
  }

  private static LimitFile quota(Path group) {
    return new LimitFile(CpuQuota.FIELD, group.resolve("cpu.max"));
  }

  private static LimitFile weight(Path group) {
    return new LimitFile(CpuWeight.FIELD, group.resolve("cpu.weight"));
  }

  private static String max(long cpuMillis) {
    return CpuQuota.micros(cpuMillis) + " " + CpuQuota.period(cpuMillis);
  }

  private static void noteTimes(Counters counters, Usage.Builder usage) {
    usage
        .userTime(counters.named("user_usec", ChronoUnit.MICROS))
        .systemTime(counters.named("system_usec", ChronoUnit.MICROS))
        .throttledTime(counters.named("throttled_usec", ChronoUnit.MICROS));
  }
}
