package dev.jobd.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * What a server holds of its host.
 *
 * @param children live processes and zombies that it is the parent of
 */
record Footprint(long descriptors, long threads, long mounts, long children) {
  /**
   * For what a server lets go of when its clients are gone. Longer than idle threads of the JVM
   * stay, which is half a minute; shorter than the 80 s in which a server finds out that a silent
   * client is gone: what is told of that by the kernel is not to be found so.
   */
  static final Duration SETTLED = Duration.ofSeconds(50);

  static Footprint of(ProcessHandle server) throws IOException {
    Path process = Path.of("/proc", Long.toString(server.pid()));
    return new Footprint(
        descriptors(process.resolve("fd")),
        entries(process.resolve("task")),
        Files.readAllLines(process.resolve("mountinfo")).size(),
        children(server.pid()));
  }

  private static long entries(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.count();
    }
  }

  /** Without those of the records, whose readers are a bounded pool that fills as it is needed. */
  private static long descriptors(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.filter(descriptor -> !isOfRecords(descriptor)).count();
    }
  }

  private static boolean isOfRecords(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).getFileName().toString().startsWith("jobs.db");
    } catch (IOException e) {
      return true; // closed while we looked
    }
  }

  private static long children(long parent) throws IOException {
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      return processes.filter(process -> isChild(process, parent)).count();
    }
  }

  /** By {@code /proc/PID/stat}, which zombies have too: "pid (name) state parent …". */
  private static boolean isChild(Path process, long parent) {
    if (!Character.isDigit(process.getFileName().toString().charAt(0))) {
      return false;
    }
    try {
      String stat = Files.readString(process.resolve("stat"), ISO_8859_1);
      String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 3);
      return afterName[1].equals(Long.toString(parent));
    } catch (IOException e) {
      return false; // Ended while we looked.
    }
  }

  /** Nothing here is more than there. Less is no leak: idle threads may have left. */
  boolean isWithin(Footprint baseline) {
    return descriptors <= baseline.descriptors
        && threads <= baseline.threads
        && mounts <= baseline.mounts
        && children <= baseline.children;
  }
}
