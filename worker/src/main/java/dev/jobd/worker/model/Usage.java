package dev.jobd.worker.model;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a job has used, all its processes together, those that have ended too, as the kernel's
 * control groups count it. {@code null} where this kernel, or the way its control groups are
 * mounted, does not tell: never zero instead.
 *
 * <p>Counted from the job's birth in its group, so jobd's own first process in the job's PID
 * namespace is in it, but for {@code pids} and {@code peakPids}, which count as {@link Limits#pids}
 * does.
 *
 * @param userTime processor time in the job's own code: cgroup v2 {@code cpu.stat}, also of a
 *     cgroup2 tree beside v1; without one {@code cpuacct.stat}, to 10 ms
 * @param systemTime processor time in the kernel; from where {@code userTime} is
 * @param throttledTime how long processors had to wait for the job's quota, all of them added up;
 *     zero without a quota
 * @param memoryBytes memory and page cache now; {@code null} of an ended job
 * @param peakMemoryBytes the most memory and page cache at one time; on v2 from Linux 5.19 on
 * @param pids processes and threads now; {@code null} of an ended job
 * @param peakPids the most processes and threads at one time; where there is {@code pids.peak}
 * @param ioBytes what went to and came from block devices. v1 does not count what the kernel writes
 *     back later, and where devices are stacked (device mapper), each counts
 * @param ioOperations as {@code ioBytes}
 * @param cpuPressure time lost for want of a processor; pressure is only counted in a cgroup2 tree
 * @param memoryPressure time lost for want of memory
 * @param ioPressure time lost waiting for block devices
 */
public record Usage(
    @Nullable Duration userTime,
    @Nullable Duration systemTime,
    @Nullable Duration throttledTime,
    @Nullable Long memoryBytes,
    @Nullable Long peakMemoryBytes,
    @Nullable Long pids,
    @Nullable Long peakPids,
    @Nullable Transfer ioBytes,
    @Nullable Transfer ioOperations,
    @Nullable Pressure cpuPressure,
    @Nullable Pressure memoryPressure,
    @Nullable Pressure ioPressure) {

  /** Nothing is known. */
  public static final Usage UNKNOWN = new Builder().build();

  /** To and from block devices; both at least 0. */
  public record Transfer(long read, long written) {
    public Transfer {
      Numbers.requireAtLeast("usage.read", read, 0);
      Numbers.requireAtLeast("usage.written", written, 0);
    }
  }

  /**
   * Time in which processes waited.
   *
   * @param some in which at least one did
   * @param full in which all did that were not idle; absent where the kernel does not tell
   */
  public record Pressure(Duration some, @Nullable Duration full) {}

  public Usage {
    requireNotNegative("usage.memory_bytes", memoryBytes);
    requireNotNegative("usage.peak_memory_bytes", peakMemoryBytes);
    requireNotNegative("usage.pids", pids);
    requireNotNegative("usage.peak_pids", peakPids);
  }

  private static void requireNotNegative(String field, @Nullable Long value) {
    if (value != null) {
      Numbers.requireAtLeast(field, value, 0);
    }
  }

  /** Collects what is known; {@code null} changes nothing. */
  public static final class Builder {
    private @Nullable Duration userTime;
    private @Nullable Duration systemTime;
    private @Nullable Duration throttledTime;
    private @Nullable Long memoryBytes;
    private @Nullable Long peakMemoryBytes;
    private @Nullable Long pids;
    private @Nullable Long peakPids;
    private @Nullable Transfer ioBytes;
    private @Nullable Transfer ioOperations;
    private @Nullable Pressure cpuPressure;
    private @Nullable Pressure memoryPressure;
    private @Nullable Pressure ioPressure;

    public Builder userTime(@Nullable Duration value) {
      userTime = value != null ? value : userTime;
      return this;
    }

    public Builder systemTime(@Nullable Duration value) {
      systemTime = value != null ? value : systemTime;
      return this;
    }

    public Builder throttledTime(@Nullable Duration value) {
      throttledTime = value != null ? value : throttledTime;
      return this;
    }

    public Builder memoryBytes(@Nullable Long value) {
      memoryBytes = value != null ? value : memoryBytes;
      return this;
    }

    public Builder peakMemoryBytes(@Nullable Long value) {
      peakMemoryBytes = value != null ? value : peakMemoryBytes;
      return this;
    }

    public Builder pids(@Nullable Long value) {
      pids = value != null ? value : pids;
      return this;
    }

    public Builder peakPids(@Nullable Long value) {
      peakPids = value != null ? value : peakPids;
      return this;
    }

    public Builder ioBytes(@Nullable Transfer value) {
      ioBytes = value != null ? value : ioBytes;
      return this;
    }

    public Builder ioOperations(@Nullable Transfer value) {
      ioOperations = value != null ? value : ioOperations;
      return this;
    }

    public Builder cpuPressure(@Nullable Pressure value) {
      cpuPressure = value != null ? value : cpuPressure;
      return this;
    }

    public Builder memoryPressure(@Nullable Pressure value) {
      memoryPressure = value != null ? value : memoryPressure;
      return this;
    }

    public Builder ioPressure(@Nullable Pressure value) {
      ioPressure = value != null ? value : ioPressure;
      return this;
    }

    public Usage build() {
      return new Usage(
          userTime,
          systemTime,
          throttledTime,
          memoryBytes,
          peakMemoryBytes,
          pids,
          peakPids,
          ioBytes,
          ioOperations,
          cpuPressure,
          memoryPressure,
          ioPressure);
    }
  }
}
