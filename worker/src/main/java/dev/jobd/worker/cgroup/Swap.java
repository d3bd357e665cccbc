package dev.jobd.worker.cgroup;

import java.io.IOException;
import java.nio.file.Path;

/** The host's swap, where the kernel's accounting of it is missing and no group can be kept out. */
final class Swap {
  static final String WAY_OUT = "boot with swapaccount=1, or turn swap off";

  private Swap() {}

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
      throw new CgroupException(
          "limit memory through " + missing.getParent(),
          "there is no "
              + missing.getFileName()
              + " to hold swap to zero, and "
              + swaps
              + " lists swap in use; "
              + WAY_OUT);
    }
  }
}
