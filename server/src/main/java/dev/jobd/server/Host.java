package dev.jobd.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process is on its host. */
final class Host {
  private static final Path SELF = Path.of("/proc/self");
  private static final Path SECCOMP_ACTIONS = Path.of("/proc/sys/kernel/seccomp/actions_avail");
  private static final int ROOT = 0;

  private Host() {}

  /** The effective user is the owner of the process's directory. */
  static boolean isRoot() throws IOException {
    return (Integer) Files.getAttribute(SELF, "unix:uid") == ROOT;
  }

  /**
   * @throws ConfigException where the process may not make cgroups and namespaces
   */
  static void requireRoot() throws ConfigException, IOException {
    if (!isRoot()) {
      throw new ConfigException("only root may make the cgroups and namespaces of a job");
    }
  }

  /** Whether the kernel has namespaces of this kind, by its name in {@code /proc/self/ns}. */
  static boolean hasNamespace(String kind) {
    return Files.exists(SELF.resolve("ns").resolve(kind));
  }

  /** Whether the kernel has filters of system calls: seccomp(2), CONFIG_SECCOMP_FILTER. */
  static boolean filtersCalls() {
    return Files.exists(SECCOMP_ACTIONS);
  }
}
