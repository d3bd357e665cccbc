package dev.jobd.worker.cgroup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One mount of a cgroup hierarchy.
 *
 * @param root which group of the hierarchy the mount point shows; not {@code /} in a container
 * @param options of the hierarchy itself; those of v1 name its controllers
 */
record CgroupMount(Path mountPoint, String root, boolean unified, Set<String> options) {

  /** The cgroup mounts among {@code mountinfo}'s lines. A mount on top of another hides it. */
  static List<CgroupMount> parse(String mountinfo) {
    List<CgroupMount> mounts = new ArrayList<>();
    for (String line : mountinfo.lines().toList()) {
      parseLine(line)
          .ifPresent(
              mount -> {
                mounts.removeIf(hidden -> hidden.mountPoint.equals(mount.mountPoint));
                mounts.add(mount);
              });
    }
    return mounts;
  }

  private static Optional<CgroupMount> parseLine(String line) {
    return Mount.parse(line)
        .filter(mount -> mount.type().equals("cgroup") || mount.type().equals("cgroup2"))
        .map(
            mount ->
                new CgroupMount(
                    mount.point(),
                    mount.root(),
                    mount.type().equals("cgroup2"),
                    Set.copyOf(mount.options())));
  }

  /** Whether this is the v1 hierarchy of {@code controller}. */
  boolean isLegacy(String controller) {
    return !unified && options.contains(controller);
  }

  /**
   * Where {@code group}, a path as /proc/self/cgroup gives it, is seen through this mount; empty
   * where it lies outside what the mount shows.
   */
  Optional<Path> locate(String group) {
    String top = root.equals("/") ? "" : root;
    if (!group.equals(top) && !group.startsWith(top + "/")) {
      return Optional.empty();
    }
    String below = group.substring(top.length());
    return List.of(below.split("/")).contains("..")
        ? Optional.empty()
        : Optional.of(mountPoint.resolve("." + below).normalize());
  }
}
