package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A cgroup v1 hierarchy, which holds one controller or several that are mounted together.
 *
 * @param controllers those that matter here
 */
record LegacyHierarchy(
    Path own, Set<Resource> resources, List<Controller> controllers, List<Account> accounts)
    implements Hierarchy {
  /**
   * @param swaps lists the swap areas in use
   */
  static LegacyHierarchy of(Path own, Set<Resource> resources, Path swaps, Disks disks) {
    List<Controller> controllers = new ArrayList<>();
    for (Resource resource : resources) {
      switch (resource) {
        case CPU -> controllers.add(new CpuV1());
        case MEMORY -> controllers.add(new MemoryV1(swaps));
        case PIDS -> controllers.add(new Pids());
        case IO -> controllers.add(new IoV1(disks));
        case CPUSET -> controllers.add(new CpusetV1());
        case CPUACCT, FREEZER -> {} // nothing to set
      }
    }
    List<Account> accounts =
        Stream.of(CpuV1.ACCOUNTS, MemoryV1.ACCOUNTS, Pids.ACCOUNTS, new IoAccounts(disks).v1())
            .flatMap(List::stream)
            .toList();
    return new LegacyHierarchy(own, Set.copyOf(resources), List.copyOf(controllers), accounts);
  }

  @Override
  public boolean isNeededFor(Limits limits) {
    return resources.stream().anyMatch(resource -> resource.neededFor(limits));
  }

  @Override
  public String oomEvents() {
    return MemoryV1.OOM_EVENTS;
  }

  @Override
  public String swapLimit() {
    return MemoryV1.MEMORY_AND_SWAP;
  }

  @Override
  public void require() throws IOException {
    Groups.requireWritable(own);
  }

  /** Without limits only {@code cpuset} has something to set. */
  @Override
  public void prepare(InstanceGroup instance) throws IOException {
    for (Controller controller : controllers) {
      controller.set(instance.common(), Limits.NONE);
      controller.set(instance.directory(), Limits.NONE);
    }
  }

  /** Here a group may hold processes and groups: the server's own is as it was. */
  @Override
  public void release() {}
}
