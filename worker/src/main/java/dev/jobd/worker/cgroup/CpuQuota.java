package dev.jobd.worker.cgroup;

/** Thousandths of a core as the kernel's bandwidth control has them: run time in each period. */
final class CpuQuota {
  static final String FIELD = "limits.cpu_millis";

  /** The kernel's own default; shorter ones cost more, longer ones stall a job for longer. */
  static final long PERIOD_MICROS = 100_000;

  private CpuQuota() {}

  /** At least the kernel's minimum of 1,000 µs, because of {@code Limits.MIN_CPU_MILLIS}. */
  static long micros(long cpuMillis) {
    return cpuMillis * (PERIOD_MICROS / 1000);
  }
}
