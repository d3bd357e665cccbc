package dev.jobd.worker;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What /proc says of this host's processes. One that ends while it is looked at is not there. */
final class Processes {
  private static final Path PROC = Path.of("/proc");

  private Processes() {}

  static List<Path> all() throws IOException {
    List<Path> processes = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
      entries.forEach(processes::add);
    }
    return processes;
  }

  /** The processes in the PID namespace of {@code pid}. */
  static List<Path> namespaceOf(long pid) throws IOException {
    Path namespace = Files.readSymbolicLink(PROC.resolve(pid + "/ns/pid"));
    List<Path> members = new ArrayList<>();
    for (Path process : all()) {
      try {
        if (Files.readSymbolicLink(process.resolve("ns/pid")).equals(namespace)) {
          members.add(process);
        }
      } catch (IOException e) {
        // ended
      }
    }
    return members;
  }

  /**
   * The groups of a process that are named after {@code job}: one in each hierarchy that jobd uses.
   */
  static List<String> groupsNamed(String job, Path process) throws IOException {
    return Files.readAllLines(process.resolve("cgroup")).stream()
        .filter(line -> line.endsWith("/" + job))
        .toList();
  }

  /** Children of this process that have ended and were not reaped. */
  static long zombies() throws IOException {
    long count = 0;
    String self = Long.toString(ProcessHandle.current().pid());
    for (Path process : all()) {
      try {
        String stat = Files.readString(process.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        if (fields[0].equals("Z") && fields[1].equals(self)) {
          count++;
        }
      } catch (IOException e) {
        // ended
      }
    }
    return count;
  }

  static long openFiles() throws IOException {
    try (var entries = Files.list(PROC.resolve("self/fd"))) {
      return entries.count();
    }
  }

  static long mounts() throws IOException {
    return Files.readAllLines(PROC.resolve("self/mountinfo")).size();
  }
}
