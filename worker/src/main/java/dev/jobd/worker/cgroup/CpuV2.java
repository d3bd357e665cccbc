package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;

/** Processor time by quota, and by weight where jobs compete for it. */
record CpuV2() implements Controller {
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
    return CpuQuota.micros(cpuMillis) + " " + CpuQuota.PERIOD_MICROS;
  }
}
