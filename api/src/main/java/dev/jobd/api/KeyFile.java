package dev.jobd.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whether a file with a private key is its owner's alone, by its mode. What cannot be looked at is
 * left to who reads it; a pipe, from a shell's {@code <(...)}, is as closed as its two ends.
 */
public final class KeyFile {
  private static final int PERMISSIONS = 0777;
  private static final int OF_GROUP_AND_OTHERS = 0077;

  /** All but that the group reads, as keys are shared among a host's servers. */
  private static final int OF_OTHERS_AND_GROUPS_WRITE = 0027;

  /** Belongs to the effective user: proc(5). */
  private static final Path SELF = Path.of("/proc/self");

  private KeyFile() {}

  /**
   * What is wrong, and the way out, where somebody else may use this user's key, or change it. A
   * key of another user's is that user's to close.
   */
  public static Optional<String> openOfMine(Path key) {
    return open(key, OF_GROUP_AND_OTHERS, true);
  }

  /** The same of anybody's key, which the group of its file may read. */
  public static Optional<String> openToOthers(Path key) {
    return open(key, OF_OTHERS_AND_GROUPS_WRITE, false)
        .map(problem -> problem + ", or where it is mounted, mount it with mode 0400");
  }

  private static Optional<String> open(Path key, int bits, boolean mineAlone) {
    try {
      int mode = (Integer) Files.getAttribute(key, "unix:mode") & PERMISSIONS;
      boolean judged = Files.isRegularFile(key) && (!mineAlone || owner(key) == owner(SELF));
      return judged && (mode & bits) != 0
          ? Optional.of(
              "%s holds a private key and is open to others than its owner (mode %04o)"
                      .formatted(key, mode)
                  + ": chmod 600 "
                  + key)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static int owner(Path file) throws IOException {
    return (Integer) Files.getAttribute(file, "unix:uid");
  }
}
