package dev.jobd.worker.cgroup;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Where a path that somebody gives leads: to a file or directory, on a mount. Followed name by name
 * and link by link, and no name is looked up on a mount that the kernel does not answer for itself.
 *
 * @param path without links
 * @param mode of the file: its type and permissions
 * @param holder the number of the device that holds the file
 * @param device the number of the device that the file is the node of
 */
record FilePath(Path path, Mount mount, int mode, String holder, String device) {
  /** Names and links that one path may lead through. */
  static final int MAX_NAMES = 1024;

  private static final Path ROOT = Path.of("/");
  private static final Path HERE = Path.of(".");
  private static final Path ABOVE = Path.of("..");
  private static final int TYPE = 0170000;
  private static final int LINK = 0120000;
  private static final int BLOCK_DEVICE = 0060000;
  private static final int CHARACTER_DEVICE = 0020000;

  /**
   * @param path absolute
   * @throws UnfollowedException where it may not be followed
   * @throws IOException where it leads nowhere, as the kernel says it
   */
  static FilePath of(Path path, List<Mount> mounts) throws IOException {
    Deque<Path> ahead = new ArrayDeque<>(names(path));
    FilePath reached = at(ROOT, mounts);
    for (int passed = 0; !ahead.isEmpty(); passed++) {
      if (passed + ahead.size() > MAX_NAMES) {
        throw new FileSystemException(
            path.toString(), null, "it leads through more than " + MAX_NAMES + " names and links");
      }
      Path name = ahead.removeFirst();
      FilePath next =
          at(name.equals(ABOVE) ? above(reached.path) : reached.path.resolve(name), mounts);
      if (next.type() != LINK) {
        reached = next;
        continue;
      }
      Path target = Files.readSymbolicLink(next.path);
      if (target.isAbsolute()) {
        reached = at(ROOT, mounts);
      }
      names(target).reversed().forEach(ahead::addFirst);
    }
    return reached;
  }

  private static List<Path> names(Path path) {
    List<Path> names = new ArrayList<>();
    path.forEach(names::add);
    names.removeIf(HERE::equals);
    return names;
  }

  private static Path above(Path directory) {
    Path parent = directory.getParent();
    return parent == null ? ROOT : parent;
  }

  private static FilePath at(Path path, List<Mount> mounts) throws IOException {
    Mount mount = Mount.of(path, mounts);
    if (!mount.isAnsweredByKernel()) {
      throw new UnfollowedException(path, mount);
    }
    Map<String, Object> file =
        Files.readAttributes(path, "unix:mode,dev,rdev", LinkOption.NOFOLLOW_LINKS);
    return new FilePath(
        path, mount, (int) number(file, "mode"), device(file, "dev"), device(file, "rdev"));
  }

  private static long number(Map<String, Object> file, String attribute) {
    return ((Number) Objects.requireNonNull(file.get(attribute))).longValue();
  }

  /** As glibc packs it: makedev(3). */
  private static String device(Map<String, Object> file, String attribute) {
    long device = number(file, attribute);
    long major = ((device >>> 8) & 0xfff) | ((device >>> 32) & ~0xfff);
    long minor = (device & 0xff) | ((device >>> 12) & 0xffffff00L);
    return major + ":" + minor;
  }

  boolean isBlockDevice() {
    return type() == BLOCK_DEVICE;
  }

  boolean isCharacterDevice() {
    return type() == CHARACTER_DEVICE;
  }

  private int type() {
    return mode & TYPE;
  }
}
