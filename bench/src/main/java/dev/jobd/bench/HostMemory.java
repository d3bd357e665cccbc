package dev.jobd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel tells of memory, in bytes. */
final class HostMemory {
  private HostMemory() {}

  /** A process's proportional set size: a page that n processes share counts for one nth. */
  static long pss(String pid) throws IOException {
    return kib(Path.of("/proc", pid, "smaps_rollup"), "Pss:");
  }

  /** What could be had without swapping, or taking what is in use from anybody. */
  static long available() throws IOException {
    return kib(Path.of("/proc/meminfo"), "MemAvailable:");
  }

  private static long kib(Path file, String key) throws IOException {
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith(key)) {
        return Long.parseLong(line.substring(key.length(), line.length() - 2).strip()) << 10;
      }
    }
    throw new IOException(file + " has no line " + key);
  }
}
