package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;

/** Processor time by quota. */
record CpuV2() implements Controller {
  private static final String MAX = "cpu.max";

  @Override
  public void set(Path group, Limits limits) throws IOException {
    if (limits.cpuMillis() != null) {
      ControlFile.write(group.resolve(MAX), max(limits.cpuMillis()));
    }
  }

  @Override
  public void verify(Path group, Limits limits) throws IOException {
    if (limits.cpuMillis() != null) {
      ControlFile.verify(group.resolve(MAX), max(limits.cpuMillis()));
    }
  }

  private static String max(long cpuMillis) {
    return CpuQuota.micros(cpuMillis) + " " + CpuQuota.PERIOD_MICROS;
  }
}
