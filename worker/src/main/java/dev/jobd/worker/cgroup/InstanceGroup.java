package dev.jobd.worker.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The group that holds the groups of one server's jobs in one hierarchy.
 *
 * @param common holds those of all servers
 */
record InstanceGroup(Path common, Path directory) {
  /** The name of {@code common}. */
  static final String COMMON = "jobd";

  /** How often another server may remove {@code common} just before this one uses it. */
  private static final int MAX_TRIES = 16;

  static InstanceGroup of(Path own, String instance) {
    Path common = own.resolve(COMMON);
    return new InstanceGroup(common, common.resolve(instance));
  }

  /** The one that an earlier server made {@code directory} for. */
  static InstanceGroup at(Path directory) {
    return new InstanceGroup(directory.resolve("..").normalize(), directory);
  }

  Path job(String job) {
    return directory.resolve(job);
  }

  /**
   * Makes both where they are absent. A server that closes removes {@code common} if it is empty,
   * which it is between the two steps here: hence more than one try.
   */
  void make() throws IOException {
    for (int tries = 1; ; tries++) {
      Groups.makeIfAbsent(common);
      try {
        Groups.makeIfAbsent(directory);
        return;
      } catch (CgroupException e) {
        if (!(e.getCause() instanceof NoSuchFileException) || tries == MAX_TRIES) {
          throw e;
        }
      }
    }
  }

  /** Undoes {@link #make} as far as there are no groups of jobs, and of other servers. */
  void removeIfUnused() throws IOException {
    try {
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      if (Groups.children(directory).isEmpty()) {
        throw new CgroupException("remove " + directory, e);
      }
      return;
    }
    try {
      Files.deleteIfExists(common);
    } catch (IOException e) {
      // other servers have groups in it, and may add and remove them at any time
    }
  }
}
