package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.LimitRefusedException;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;

/** The host's swap, where the kernel's accounting of it is missing and no group can be kept out. */
final class Swap {
  static final String FIELD = "limits.swap_bytes";
  static final String MEMORY_FIELD = "limits.memory_bytes";
  static final String WAY_OUT = "boot with swapaccount=1, or turn swap off";

  private Swap() {}

  /** How much of it a job with a memory limit may use. */
  static long bytes(Limits limits) {
    return limits.swapBytes() == null ? 0 : limits.swapBytes();
  }

  /**
   * Of less swap than the job has in use, which the kernel does not take back.
   *
   * @param used beside the memory that it is to have
   */
  static LimitRefusedException inUse(long used, long asked) {
    return new LimitRefusedException(
        FIELD, "must be at least " + used + ", which the job has in swap now, was " + asked);
  }

  /** Whether any swap area is in use now: a line after the heading. */
  static boolean isOn(Path swaps) throws IOException {
    return ControlFile.read(swaps).lines().count() > 1;
  }

  /**
   * Refuses a memory limit that swap would undermine. {@code memory.swappiness} 0 would not help:
   * it holds for reclaim at the group's own limit, not when the whole host runs short.
   */
  static void requireOff(Path swaps, Path missing) throws IOException {
    if (isOn(swaps)) {
      throw new LimitRefusedException(
          MEMORY_FIELD,
          "cannot be held: there is no "
              + missing.getFileName()
              + " to bound swap, and "
              + swaps
              + " lists swap in use; "
              + WAY_OUT);
    }
  }
}
