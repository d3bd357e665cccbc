package dev.jobd.worker.cgroup;

/** A job's share of the processors where jobs compete for them. */
final class CpuWeight {
  static final String FIELD = "limits.cpu_weight";

  /** What v2 calls 100, v1 calls 1024: for both it is the share of a group that asks for none. */
  private static final long DEFAULT_SHARES = 1024;

  static final long DEFAULT = 100;

  private CpuWeight() {}

  /** The shares of v1, to the nearest: what the kernel itself makes of a weight. */
  static long shares(long weight) {
    return (weight * DEFAULT_SHARES + DEFAULT / 2) / DEFAULT;
  }
}
