package dev.jobd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the kernel tells of memory, in bytes. */
final class HostMemory {
  /** The line with which proc_pid_smaps(5) begins a mapping. */
  private static final Pattern MAPPING = Pattern.compile("([0-9a-f]+)-[0-9a-f]+ ");

  private HostMemory() {}

  /** A process's proportional set size: a page that n processes share counts for one nth. */
  static long pss(String pid) throws IOException {
    return kib(Path.of("/proc", pid, "smaps_rollup"), "Pss:");
  }

  /** That of the mappings which begin within so much of the process's addresses. */
  static long pss(String pid, long start, long end) throws IOException {
    long sum = 0;
    boolean within = false;
    for (String line : Files.readAllLines(Path.of("/proc", pid, "smaps"))) {
      Matcher mapping = MAPPING.matcher(line);
      if (mapping.lookingAt()) {
        long address = Long.parseUnsignedLong(mapping.group(1), 16);
        within = address >= start && address < end;
      } else if (within && line.startsWith("Pss:")) {
        sum += kib(line, "Pss:");
      }
    }
    return sum;
  }

  /** What could be had without swapping, or taking what is in use from anybody. */
  static long available() throws IOException {
    return kib(Path.of("/proc/meminfo"), "MemAvailable:");
  }

  private static long kib(Path file, String key) throws IOException {
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith(key)) {
        return kib(line, key);
      }
    }
    throw new IOException(file + " has no line " + key);
  }

  private static long kib(String line, String key) {
    return Long.parseLong(line.substring(key.length(), line.length() - 2).strip()) << 10;
  }
}
