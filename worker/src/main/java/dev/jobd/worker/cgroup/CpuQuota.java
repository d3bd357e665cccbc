package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;

/** Thousandths of a core as the kernel's bandwidth control has them: run time in each period. */
final class CpuQuota {
  static final String FIELD = "limits.cpu_millis";

  /** The kernel's own default; shorter ones cost more, longer ones stall a job for longer. */
  private static final long PERIOD_MICROS = 100_000;

  /** The kernel's longest, in which {@link Limits#MIN_CPU_MILLIS} is its least quota, 1,000 µs. */
  private static final long LONGEST_PERIOD_MICROS = 1_000_000;

  /** The least of which the quota is the kernel's least, or more, in its usual period. */
  private static final long USUAL_FROM_MILLIS = 10;

  private CpuQuota() {}

  /** The period in which a job has {@link #micros}. */
  static long period(long cpuMillis) {
    return cpuMillis < USUAL_FROM_MILLIS ? LONGEST_PERIOD_MICROS : PERIOD_MICROS;
  }

  static long micros(long cpuMillis) {
    return cpuMillis * (period(cpuMillis) / 1000);
  }
}
