package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** A job's group of cgroup v2 that limits memory alone, in a directory of plain files. */
public final class MemoryTree {
  private MemoryTree() {}

  /**
   * Makes it.
   *
   * @param limits of memory, and of swap
   * @param usedBytes of memory, which nothing takes back
   */
  public static JobCgroup make(Path directory, Limits limits, long usedBytes) throws IOException {
    HostTree.group(
        directory,
        "memory.oom.group",
        "1",
        "memory.max",
        Objects.requireNonNull(limits.memoryBytes()).toString(),
        "memory.current",
        Long.toString(usedBytes),
        "memory.swap.max",
        Objects.requireNonNull(limits.swapBytes()).toString(),
        "memory.swap.current",
        "0");
    Path swaps = directory.resolve("swaps");
    List<Controller> controllers = List.of(new MemoryV2(swaps));
    Hierarchy hierarchy =
        new UnifiedHierarchy(directory, Set.of(Resource.MEMORY), controllers, List.of());
    return new JobDirectories(
        directory,
        List.of(),
        List.of(),
        directory.resolve(MemoryV2.OOM_EVENTS),
        null,
        directory,
        directory,
        null,
        List.of(new JobGroup(directory, hierarchy, List.of())));
  }
}
