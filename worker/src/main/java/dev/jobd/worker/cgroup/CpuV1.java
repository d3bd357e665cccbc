package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Processor time by quota, and by shares where jobs compete for it. The kernel refuses a quota
 * larger than that of a group above: such a limit fails with "Invalid argument".
 */
record CpuV1() implements Controller {
  @Override
  public void set(Path group, Limits limits) throws IOException {
    if (limits.cpuMillis() != null) {
      period(group).set(CpuQuota.PERIOD_MICROS);
      quota(group).set(CpuQuota.micros(limits.cpuMillis()));
    }
    if (limits.cpuWeight() != null) {
      shares(group).set(CpuWeight.shares(limits.cpuWeight()));
    }
  }

  @Override
  public void verify(Path group, Limits limits) throws IOException {
    if (limits.cpuMillis() != null) {
      period(group).verify(CpuQuota.PERIOD_MICROS);
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
}
