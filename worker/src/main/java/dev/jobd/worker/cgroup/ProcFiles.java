package dev.jobd.worker.cgroup;

import java.nio.file.Path;

/**
 * The kernel's own account of a host.
 *
 * @param mountinfo what is mounted: proc_pid_mountinfo(5)
 * @param cgroup which groups the server is in: cgroups(7)
 * @param swaps which swap areas are in use: proc_swaps(5)
 */
record ProcFiles(Path mountinfo, Path cgroup, Path swaps) {
  static final ProcFiles SELF =
      new ProcFiles(
          Path.of("/proc/self/mountinfo"), Path.of("/proc/self/cgroup"), Path.of("/proc/swaps"));
}
