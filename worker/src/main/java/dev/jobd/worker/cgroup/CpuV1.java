package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Processor time by quota. The kernel refuses a share larger than that of a group above: such a
 * limit fails with "Invalid argument".
 */
record CpuV1() implements Controller {
  private static final String PERIOD = "cpu.cfs_period_us";
  private static final String QUOTA = "cpu.cfs_quota_us";

  @Override
  public void set(Path group, Limits limits) throws IOException {
    if (limits.cpuMillis() != null) {
      ControlFile.write(group.resolve(PERIOD), CpuQuota.PERIOD_MICROS);
      ControlFile.write(group.resolve(QUOTA), CpuQuota.micros(limits.cpuMillis()));
    }
  }

  @Override
  public void verify(Path group, Limits limits) throws IOException {
    if (limits.cpuMillis() != null) {
      ControlFile.verify(group.resolve(PERIOD), CpuQuota.PERIOD_MICROS);
      ControlFile.verify(group.resolve(QUOTA), CpuQuota.micros(limits.cpuMillis()));
    }
  }
}
