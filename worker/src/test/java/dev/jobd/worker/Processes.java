package dev.jobd.worker;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

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

  /** The processes whose working directory is {@code directory} or below it, also a removed one. */
  static List<ProcessHandle> workingIn(Path directory) throws IOException {
    List<ProcessHandle> found = new ArrayList<>();
    for (Path process : all()) {
      try {
        if (Files.readSymbolicLink(process.resolve("cwd")).startsWith(directory)) {
          ProcessHandle.of(Long.parseLong(process.getFileName().toString())).ifPresent(found::add);
        }
      } catch (IOException e) {
        // ended
      }
    }
    return found;
  }

  /** The processes in the PID namespace of {@code pid}. */
  static List<Path> namespaceOf(long pid) throws IOException {
    return in(Files.readSymbolicLink(PROC.resolve(pid + "/ns/pid")));
  }

  /** The processes in a PID namespace, as {@code /proc/PID/ns/pid} names it. */
  static List<Path> in(Path namespace) throws IOException {
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

  /** This process's children; also one that has ended, until it is reaped. */
  static Set<Long> children() {
    return ProcessHandle.current()
        .children()
        .map(ProcessHandle::pid)
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * The command lines of the children that are not among {@code before}, sorted; nothing for one
   * that has ended.
   */
  static List<String> childrenSince(Set<Long> before) throws IOException {
    List<String> children = new ArrayList<>();
    for (ProcessHandle child : ProcessHandle.current().children().toList()) {
      if (before.contains(child.pid())) {
        continue;
      }
      try {
        String line = Files.readString(PROC.resolve(child.pid() + "/cmdline"));
        children.add(line.replace('\0', ' ').strip());
      } catch (NoSuchFileException e) {
        // reaped
      }
    }
    children.sort(null); // process ids begin again from below
    return children;
  }

  /** Without those of the store: how many readers it has depends on how many read at once. */
  static long openFiles() throws IOException {
    try (var entries = Files.list(PROC.resolve("self/fd"))) {
      return entries.filter(descriptor -> !isOfRecords(descriptor)).count();
    }
  }

  private static boolean isOfRecords(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().contains("/jobs.db");
    } catch (IOException e) {
      return true; // closed while it was looked at
    }
  }

  static long mounts() throws IOException {
    return Files.readAllLines(PROC.resolve("self/mountinfo")).size();
  }
}
