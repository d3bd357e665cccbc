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

  /**
   * A line is {@code id parent device root mountpoint options [tag…] - type source options}; the
   * number of tags varies, so the fields behind the dash are found from the dash.
   */
  private static Optional<CgroupMount> parseLine(String line) {
    List<String> fields = List.of(line.split(" ", -1));
    int dash = fields.indexOf("-");
    if (dash < 6 || fields.size() < dash + 4) {
      return Optional.empty();
    }
    String type = fields.get(dash + 1);
    if (!type.equals("cgroup") && !type.equals("cgroup2")) {
      return Optional.empty();
    }
    return Optional.of(
        new CgroupMount(
            Path.of(unescape(fields.get(4))),
            unescape(fields.get(3)),
            type.equals("cgroup2"),
            Set.copyOf(List.of(fields.get(dash + 3).split(",")))));
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

  /** The kernel writes space, tab, newline and backslash as three octal digits. */
  private static String unescape(String field) {
    return field
        .replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }
}
