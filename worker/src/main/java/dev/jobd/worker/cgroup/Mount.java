package dev.jobd.worker.cgroup;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One line of mountinfo: {@code id parent device root mountpoint options [tag…] - type source
 * options}. The number of tags varies, so the fields behind the dash are found from the dash.
 *
 * @param number of the file system's device, major and minor; of no disk where the major is 0
 * @param root which part of the file system the mount point shows
 * @param source what the file system is made of, as its type has it
 * @param options of the file system itself
 */
record Mount(
    Path point, String number, String root, String type, String source, List<String> options) {
  private static final int LEAST_BEFORE_DASH = 6;
  private static final String NO_DISK = "0:";

  /** Of memory, or on disks without having the number of one. */
  private static final Set<String> OF_THE_KERNEL =
      Set.of("rootfs", "ramfs", "tmpfs", "devtmpfs", "overlay", "btrfs", "bcachefs");

  /**
   * Of memory, of the kernel's own account, or of another host. Not {@code proc}, whose links lead
   * to other file systems, nor what a program serves (FUSE), which may keep it on disks.
   */
  private static final Set<String> WITHOUT_DISK =
      Set.of(
          "rootfs",
          "ramfs",
          "tmpfs",
          "devtmpfs",
          "hugetlbfs",
          "devpts",
          "mqueue",
          "sysfs",
          "securityfs",
          "debugfs",
          "tracefs",
          "configfs",
          "bpf",
          "pstore",
          "efivarfs",
          "cgroup",
          "cgroup2",
          "nfs",
          "nfs4",
          "cifs",
          "smb3",
          "ceph",
          "afs",
          "9p",
          "virtiofs");

  static Optional<Mount> parse(String line) {
    List<String> fields = List.of(line.split(" ", -1));
    int dash = fields.indexOf("-");
    if (dash < LEAST_BEFORE_DASH || fields.size() < dash + 4) {
      return Optional.empty();
    }
    return Optional.of(
        new Mount(
            Path.of(unescape(fields.get(4))),
            fields.get(2),
            unescape(fields.get(3)),
            fields.get(dash + 1),
            unescape(fields.get(dash + 2)),
            List.of(fields.get(dash + 3).split(","))));
  }

  /** All that are in a mountinfo. */
  static List<Mount> all(String mountinfo) {
    return mountinfo.lines().flatMap(line -> parse(line).stream()).toList();
  }

  /** The mount that shows {@code path}: the last of those that are nearest above it. */
  static Mount of(Path path, List<Mount> mounts) {
    @Nullable Mount nearest = null;
    for (Mount mount : mounts) {
      if (path.startsWith(mount.point)
          && (nearest == null || mount.point.getNameCount() >= nearest.point.getNameCount())) {
        nearest = mount;
      }
    }
    return nearest != null ? nearest : new Mount(path, "0:0", "/", "unknown", "none", List.of());
  }

  /**
   * Whether the kernel answers for it, from memory or disks: else it may be another host (NFS), a
   * program (FUSE, autofs), or a way into other namespaces (proc), and keep who asks for ever.
   */
  boolean isAnsweredByKernel() {
    return OF_THE_KERNEL.contains(type)
        || (!number.startsWith(NO_DISK) && !type.startsWith("fuse")); // fuseblk has a disk's
  }

  /** Whether it is surely on no disk of this host. */
  boolean isOnNoDisk() {
    return WITHOUT_DISK.contains(type);
  }

  /** What is to be said of a path that leads there, and to no disk. */
  String whyNoDisk() {
    return "its file system ("
        + type
        + ") "
        + (isOnNoDisk() ? "is on no disk" : "does not tell its disk");
  }

  /** The value of an option {@code name=value}. */
  Optional<String> option(String name) {
    return options.stream()
        .filter(option -> option.startsWith(name + "="))
        .map(option -> unescape(option.substring(name.length() + 1)))
        .findFirst();
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
