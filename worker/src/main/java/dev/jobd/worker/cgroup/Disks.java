package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.InvalidSpecException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds the disks that bounds are for. Every refusal is an {@link InvalidSpecException} for the
 * field {@code device}, and says of the host no more than whether a path is there, on which disk,
 * and of what type a file system is that is on none or does not tell.
 *
 * @param mountinfo what is mounted: proc_pid_mountinfo(5)
 * @param sys the kernel's account of its devices: sysfs(5)
 */
record Disks(Path mountinfo, Path sys) {
  static final Disks HOST = new Disks(ProcFiles.SELF.mountinfo(), Path.of("/sys"));

  /** An overlay's upper layer may be on another overlay; the kernel itself stacks two. */
  private static final int MAX_LAYERS = 4;

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
    FilePath file = follow(device, Path.of(device));
    if (file.isBlockDevice()) {
      return whole(device, numbered(file.device()));
    }
    if (file.isCharacterDevice()) {
      throw refused(device, "it is a device, but no disk");
    }
    return holding(device, file, MAX_LAYERS);
  }

  /**
   * The disk that holds the file or directory at {@code path}.
   *
   * @throws NoDiskException where surely none does
   */
  Disk holding(Path path) throws IOException {
    return holding(path.toString(), follow(path.toString(), path), MAX_LAYERS);
  }

  private Disk holding(String asked, FilePath file, int layers) throws IOException {
    Path device = numbered(file.holder());
    if (Files.exists(device)) {
      return holder(device);
    }
    Mount mount = file.mount();
    if (mount.type().equals("overlay")) {
      return holding(asked, upperLayer(asked, mount, layers), layers - 1);
    }
    Path source = Path.of(mount.source());
    if (mount.isOnNoDisk() || !source.isAbsolute()) {
      throw onNoDisk(asked, mount);
    }
    FilePath node = follow(asked, source);
    if (!node.isBlockDevice()) {
      throw onNoDisk(asked, mount);
    }
    device = numbered(node.device());
    requireAlone(asked, device);
    return holder(device);
  }

  private FilePath upperLayer(String asked, Mount overlay, int layers) throws IOException {
    Path upper = Path.of(overlay.option("upperdir").orElse(""));
    if (upper.isAbsolute() && layers > 0) {
      try {
        return FilePath.of(upper, mounts());
      } catch (IOException e) {
        // it is of another mount namespace
      }
    }
    throw refused(
        asked,
        "it is on an overlay whose upper layer is not to be seen here; name the disk that it is"
            + " on");
  }

  private FilePath follow(String asked, Path path) throws IOException {
    try {
      return FilePath.of(path, mounts());
    } catch (UnfollowedException e) {
      throw onNoDisk(asked, e.mount());
    } catch (IOException e) {
      throw refused(asked, CgroupException.problem(e));
    }
  }

  private List<Mount> mounts() throws IOException {
    return Mount.all(ControlFile.read(mountinfo));
  }

  /** A file system of several disks, as btrfs can be, would be bounded on one of them alone. */
  private void requireAlone(String asked, Path device) throws IOException {
    String name = String.valueOf(device.toRealPath().getFileName());
    for (Path fileSystem : Groups.children(sys.resolve("fs/btrfs"))) {
      Path devices = fileSystem.resolve("devices");
      if (Files.exists(devices.resolve(name))) {
        try (var all = Files.list(devices)) {
          List<String> names = all.map(d -> String.valueOf(d.getFileName())).sorted().toList();
          if (names.size() > 1) {
            throw refused(asked, "its file system is on several disks: " + names + "; name them");
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

  /** The numbers of the disks that the one of {@code number} is made of; of most there are none. */
  Set<String> parts(String number) {
    Set<String> parts = new HashSet<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(numbered(number).resolve("slaves"))) {
      for (Path part : all) {
        parts.add(holder(part).number());
      }
    } catch (IOException | DirectoryIteratorException e) {
      // it is no disk, or has gone, or is going
    }
    return parts;
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

  private static InvalidSpecException onNoDisk(String device, Mount mount) {
    return mount.isOnNoDisk()
        ? new NoDiskException(problem(device, mount.whyNoDisk()))
        : refused(device, mount.whyNoDisk());
  }

  private static InvalidSpecException refused(String device, String problem) {
    return new InvalidSpecException("device", problem(device, problem));
  }

  private static String problem(String device, String problem) {
    return "must be a disk, or on one, was " + device + ": " + problem;
  }
}
