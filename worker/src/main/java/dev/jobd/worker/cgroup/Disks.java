package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.InvalidSpecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Finds the disks that bounds are for. Every refusal is an {@link InvalidSpecException} for the
 * field {@code device}.
 *
 * @param mountinfo what is mounted: proc_pid_mountinfo(5)
 * @param sys the kernel's account of its devices: sysfs(5)
 */
record Disks(Path mountinfo, Path sys) {
  static final Disks HOST = new Disks(ProcFiles.SELF.mountinfo(), Path.of("/sys"));

  /** An overlay's upper layer may be on another overlay; the kernel itself stacks two. */
  private static final int MAX_LAYERS = 4;

  private static final int TYPE_MASK = 0170000;
  private static final int BLOCK_DEVICE = 0060000;
  private static final int CHARACTER_DEVICE = 0020000;

  /**
   * The disk that {@code device} is, by its name or the path of its node, or that holds the file or
   * directory at that path.
   */
  Disk find(String device) throws IOException {
    if (!device.startsWith("/")) {
      Path named = sys.resolve("class/block").resolve(device);
      if (!Files.exists(named)) {
        throw refused(device, "there is no disk of that name in " + named.getParent());
      }
      return whole(device, named);
    }
    Path path = Path.of(device);
    return switch (type(path)) {
      case BLOCK_DEVICE -> whole(device, numbered(deviceNumber(path, "unix:rdev")));
      case CHARACTER_DEVICE -> throw refused(device, "it is a device, but no disk");
      default -> holding(path);
    };
  }

  /** The disk that holds the file or directory at {@code path}. */
  Disk holding(Path path) throws IOException {
    return holding(path, path, MAX_LAYERS);
  }

  private Disk holding(Path asked, Path path, int layers) throws IOException {
    Path device = numbered(deviceNumber(path, "unix:dev"));
    if (Files.exists(device)) {
      return holder(device);
    }
    Mount mount = Mount.of(path.toRealPath(), ControlFile.read(mountinfo));
    if (mount.type().equals("overlay")) {
      String upper = mount.option("upperdir").orElse("");
      if (upper.isEmpty() || layers == 0 || !Files.exists(Path.of(upper))) {
        throw refused(
            asked.toString(),
            "it is on an overlay whose upper layer "
                + (upper.isEmpty() ? "is not there" : upper + " is not visible here")
                + "; name the disk that it is on");
      }
      return holding(asked, Path.of(upper), layers - 1);
    }
    Path source = Path.of(mount.source());
    if (!isBlockDevice(source)) { // but a name, or a directory that it is stacked on
      throw refused(
          asked.toString(),
          "the " + mount.type() + " file system at " + mount.point() + " is on no disk");
    }
    device = numbered(deviceNumber(source, "unix:rdev"));
    requireAlone(asked, mount, device);
    return holder(device);
  }

  /** A file system of several disks, as btrfs can be, would be bounded on one of them alone. */
  private void requireAlone(Path asked, Mount mount, Path device) throws IOException {
    String name = String.valueOf(device.toRealPath().getFileName());
    for (Path fileSystem : Groups.children(sys.resolve("fs/btrfs"))) {
      Path devices = fileSystem.resolve("devices");
      if (Files.exists(devices.resolve(name))) {
        try (var all = Files.list(devices)) {
          List<String> names = all.map(d -> String.valueOf(d.getFileName())).sorted().toList();
          if (names.size() > 1) {
            throw refused(
                asked.toString(),
                "the file system at " + mount.point() + " is on several: " + names + "; name them");
          }
        }
      }
    }
  }

  /** The disk that a file system's device is, or is a partition of. */
  private static Disk holder(Path device) throws IOException {
    Path real = device.toRealPath();
    return disk(isPartition(real) ? real.resolveSibling("").normalize() : real);
  }

  private static Disk whole(String asked, Path device) throws IOException {
    Disk holder;
    try {
      holder = holder(device);
    } catch (NoSuchFileException e) {
      throw refused(asked, "the kernel has no such disk");
    }
    if (isPartition(device.toRealPath())) {
      throw refused(
          asked,
          "it is a partition, and the kernel bounds whole disks only; name " + holder.name());
    }
    return holder;
  }

  private static boolean isPartition(Path device) {
    return Files.exists(device.resolve("partition"));
  }

  private static Disk disk(Path device) throws IOException {
    return new Disk(String.valueOf(device.getFileName()), ControlFile.read(device.resolve("dev")));
  }

  private Path numbered(String number) {
    return sys.resolve("dev/block").resolve(number);
  }

  private static boolean isBlockDevice(Path path) throws IOException {
    return path.isAbsolute() && Files.exists(path) && type(path) == BLOCK_DEVICE;
  }

  private static int type(Path path) throws IOException {
    return (Integer) attribute(path, "unix:mode") & TYPE_MASK;
  }

  /** As glibc packs it: makedev(3). */
  private static String deviceNumber(Path path, String attribute) throws IOException {
    long device = (Long) attribute(path, attribute);
    long major = ((device >>> 8) & 0xfff) | ((device >>> 32) & ~0xfff);
    long minor = (device & 0xff) | ((device >>> 12) & 0xffffff00L);
    return major + ":" + minor;
  }

  private static Object attribute(Path path, String attribute) throws IOException {
    try {
      return Files.getAttribute(path, attribute);
    } catch (IOException e) {
      throw refused(path.toString(), CgroupException.problem(e));
    }
  }

  private static InvalidSpecException refused(String device, String problem) {
    return new InvalidSpecException(
        "device", "must be a disk, or on one, was " + device + ": " + problem);
  }
}
