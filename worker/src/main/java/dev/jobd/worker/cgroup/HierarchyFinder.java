package dev.jobd.worker.cgroup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds where this host can limit and track jobs: each controller is in v1 or in v2. */
final class HierarchyFinder {
  private final ProcFiles proc;
  private final Disks disks;
  private final List<CgroupMount> mounts;
  private final Membership membership;

  private HierarchyFinder(ProcFiles proc, Disks disks) throws IOException {
    this.proc = proc;
    this.disks = disks;
    this.mounts = CgroupMount.parse(ControlFile.read(proc.mountinfo()));
    this.membership = Membership.parse(ControlFile.read(proc.cgroup()));
  }

  /**
   * The hierarchies that jobs need a group in, the unified one first where there is one.
   *
   * @throws IOException where a resource has no controller that every job needs
   */
  static List<Hierarchy> find(ProcFiles proc, Disks disks) throws IOException {
    return new HierarchyFinder(proc, disks).find();
  }

  private List<Hierarchy> find() throws IOException {
    Optional<Path> unified = unifiedGroup();
    Set<String> unifiedHas = unified.isPresent() ? available(unified.get()) : Set.of();
    Set<Resource> throughUnified = EnumSet.noneOf(Resource.class);
    Map<CgroupMount, Set<Resource>> throughLegacy = new LinkedHashMap<>();
    for (Resource resource : Resource.values()) {
      if (resource.isMeans() && unified.isPresent()) {
        continue;
      }
      Optional<CgroupMount> mount = legacyMount(resource);
      if (mount.isPresent()) {
        throughLegacy
            .computeIfAbsent(mount.get(), first -> EnumSet.noneOf(Resource.class))
            .add(resource);
      } else if (unifiedHas.contains(resource.unified())) {
        throughUnified.add(resource);
      } else if (resource.required()) {
        throw nowhere(resource, unified);
      }
    }
    List<Hierarchy> hierarchies = new ArrayList<>();
    unified.ifPresent(
        own -> hierarchies.add(UnifiedHierarchy.of(own, throughUnified, proc.swaps(), disks)));
    throughLegacy.forEach((mount, resources) -> hierarchies.add(legacy(mount, resources)));
    return hierarchies;
  }

  private Optional<Path> unifiedGroup() {
    return mounts.stream()
        .filter(CgroupMount::unified)
        .flatMap(
            mount ->
                membership
                    .path(Membership.UNIFIED)
                    .map(UnifiedHierarchy::ownGroup)
                    .flatMap(mount::locate)
                    .stream())
        .findFirst();
  }

  private static Set<String> available(Path group) throws IOException {
    return Groups.words(group.resolve(UnifiedHierarchy.AVAILABLE));
  }

  private Optional<CgroupMount> legacyMount(Resource resource) {
    return mounts.stream()
        .filter(mount -> mount.isLegacy(resource.legacy()))
        .filter(mount -> ownGroup(mount, resource).isPresent())
        .findFirst();
  }

  private Optional<Path> ownGroup(CgroupMount mount, Resource resource) {
    return membership.path(resource.legacy()).flatMap(mount::locate);
  }

  private LegacyHierarchy legacy(CgroupMount mount, Set<Resource> resources) {
    Path own = ownGroup(mount, resources.iterator().next()).orElseThrow();
    return LegacyHierarchy.of(own, resources, proc.swaps(), disks);
  }

  private CgroupException nowhere(Resource resource, Optional<Path> unified) throws IOException {
    String name = resource.legacy();
    List<Path> legacy =
        mounts.stream().filter(mount -> mount.isLegacy(name)).map(CgroupMount::mountPoint).toList();
    String inV1 =
        legacy.isEmpty()
            ? proc.mountinfo() + " lists no cgroup v1 mount with it"
            : "the server's group "
                + membership.path(name).orElse("(none)")
                + " for it in "
                + proc.cgroup()
                + " is outside what "
                + legacy
                + " shows";
    String inV2 =
        unified.isEmpty()
            ? "no cgroup2 mount shows the server's group"
            : unified.get().resolve(UnifiedHierarchy.AVAILABLE)
                + " lists only "
                + available(unified.get()).stream().sorted().toList();
    return new CgroupException(
        "find the " + name + " controller",
        inV1
            + ", and "
            + inV2
            + "; mount it, hand it down to the server's group ("
            + Tenure.WAY_OUT
            + "), or boot without cgroup_disable="
            + name);
  }
}
