package dev.jobd.worker;

import dev.jobd.worker.model.Limits;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** An amount that live jobs take a part of each, by the name that a configuration has for it. */
enum Quota {
  RUNNING_JOBS("running_jobs", ""),
  CPUS("cpus", "cpus"),
  MEMORY("memory", "memory"),
  OUTPUT("output", "max_output"),
  TOTAL_OUTPUT("total_output", "max_output");

  private static final String UNITS = "KMGT";
  private static final long UNIT = 1024;
  private static final int MILLI_DIGITS = 3;

  private final String name;
  private final String limit;

  Quota(String name, String limit) {
    this.name = name;
    this.limit = limit;
  }

  /** How much there is; {@code null} where it is not bounded. */
  @Nullable Long of(Quotas quotas) {
    return switch (this) {
      case RUNNING_JOBS -> quotas.runningJobs();
      case CPUS -> quotas.cpuMillis();
      case MEMORY -> quotas.memoryBytes();
      case OUTPUT -> quotas.outputBytes();
      case TOTAL_OUTPUT -> quotas.totalOutputBytes();
    };
  }

  /** What amounts of it are counted in, as the API names units. */
  String unit() {
    return switch (this) {
      case RUNNING_JOBS -> "jobs";
      case CPUS -> "cpu_millis";
      case MEMORY, OUTPUT, TOTAL_OUTPUT -> "bytes";
    };
  }

  /** The limit that says how much a job takes, by the name that a configuration has for it. */
  String limit() {
    return limit;
  }

  /** How much a job takes; {@code null} where its limits do not say. */
  @Nullable Long of(Limits limits) {
    return switch (this) {
      case RUNNING_JOBS -> (Long) 1L;
      case CPUS -> limits.cpuMillis();
      case MEMORY -> limits.memoryBytes();
      case OUTPUT, TOTAL_OUTPUT -> limits.outputBytes();
    };
  }

  /** How much a job takes; 0 where its limits do not say. */
  long partOf(Limits limits) {
    Long taken = of(limits);
    return taken == null ? 0 : taken;
  }

  /** Whether all owners share one, rather than that each has his own. */
  boolean isShared() {
    return this == TOTAL_OUTPUT;
  }

  /** There is not so much left. */
  QuotaExceededException exceeded(long bound, long used, long asked) {
    return new QuotaExceededException(name, bound, used, null, problem(bound, used, asked));
  }

  private String problem(long bound, long used, long asked) {
    String exceeded = "quota " + name + " exceeded: ";
    if (this == RUNNING_JOBS) {
      return exceeded + used + " of " + bound + " jobs are live: wait until one ends, or stop one";
    }
    if (asked > bound) {
      return exceeded
          + "this job takes "
          + words(asked)
          + ", and there is "
          + words(bound)
          + ": ask for less";
    }
    return exceeded
        + "this job takes "
        + words(asked)
        + ", live jobs "
        + (isShared() ? "of all users " : "")
        + "have "
        + words(used)
        + " of "
        + words(bound)
        + ": ask for less, or wait until one ends";
  }

  /** An amount as a configuration has it. */
  String words(long amount) {
    return switch (this) {
      case RUNNING_JOBS -> Long.toString(amount);
      case CPUS -> cores(amount);
      case MEMORY, OUTPUT, TOTAL_OUTPUT -> bytes(amount);
    };
  }

  private static String cores(long millis) {
    return BigDecimal.valueOf(millis, MILLI_DIGITS).stripTrailingZeros().toPlainString();
  }

  /** In the largest unit that is exact. */
  private static String bytes(long bytes) {
    long count = bytes;
    String unit = "";
    for (int i = 0; i < UNITS.length() && count != 0 && count % UNIT == 0; i++) {
      count /= UNIT;
      unit = UNITS.substring(i, i + 1);
    }
    return count + unit;
  }

  /** As in a configuration. */
  @Override
  public String toString() {
    return name;
  }
}
