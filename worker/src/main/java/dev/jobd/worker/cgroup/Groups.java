package dev.jobd.worker.cgroup;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What v1 and v2 have in common: a group is a directory, and its processes stand in a file. */
final class Groups {
  static final String PROCESSES = "cgroup.procs";

  private static final FileAttribute<Set<PosixFilePermission>> MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"));

  /** Groups within groups that a job may have made; none that means well comes near it. */
  static final int MAX_DEPTH = 1024;

  private Groups() {}

  /**
   * @throws IOException with the way out, where groups in {@code group} cannot be made or changed
   */
  static void requireWritable(Path group) throws IOException {
    if (Files.isDirectory(group) && Files.getFileStore(group).isReadOnly()) {
      throw new CgroupException(
          "make groups in " + group,
          "it is mounted read-only; in a container, mount it writable (docker, podman:"
              + " --privileged, with a cgroup namespace of its own)");
    }
  }

  /** Makes a group that must not be there yet. */
  static void make(Path group) throws IOException {
    try {
      Files.createDirectory(group, MODE);
    } catch (IOException e) {
      throw new CgroupException("create " + group, e);
    }
  }

  static void makeIfAbsent(Path group) throws IOException {
    try {
      Files.createDirectory(group, MODE);
    } catch (FileAlreadyExistsException e) {
      // as wanted
    } catch (IOException e) {
      throw new CgroupException("create " + group, e);
    }
  }

  /**
   * Removes a group with all below it, the deepest first; does nothing where it is gone.
   *
   * @throws IOException where a process is left in it, or it is deeper than {@link #MAX_DEPTH}
   */
  static void remove(Path group) throws IOException {
    remove(group, MAX_DEPTH);
  }

  /** The kernel answers EBUSY for processes and for groups below alike, so first try, then look. */
  private static void remove(Path group, int depth) throws IOException {
    try {
      Files.deleteIfExists(group);
      return;
    } catch (IOException e) {
      List<Long> processes = processes(group);
      if (!processes.isEmpty()) {
        throw new CgroupException(
            "remove " + group, "still populated by processes " + processes, e);
      }
      if (depth == 0) {
        throw new CgroupException("remove " + group, "groups nest deeper than " + MAX_DEPTH, e);
      }
    }
    for (Path child : children(group)) {
      remove(child, depth - 1);
    }
    try {
      Files.deleteIfExists(group);
    } catch (IOException e) {
      throw new CgroupException("remove " + group, e);
    }
  }

  /** The ids of the processes in {@code group} itself; none where it is gone. */
  static List<Long> processes(Path group) throws IOException {
    try {
      return ControlFile.read(group.resolve(PROCESSES)).lines().map(Long::valueOf).toList();
    } catch (CgroupException e) {
      if (isGone(group)) {
        return List.of();
      }
      throw e;
    }
  }

  /** The ids of the processes in {@code group} and the groups below it. */
  static List<Long> processesBelow(Path group) throws IOException {
    List<Long> processes = new ArrayList<>();
    addProcesses(group, MAX_DEPTH, processes);
    return processes;
  }

  private static void addProcesses(Path group, int depth, List<Long> processes) throws IOException {
    if (depth < 0) {
      throw new CgroupException("list " + group, "groups nest deeper than " + MAX_DEPTH);
    }
    processes.addAll(processes(group));
    for (Path child : children(group)) {
      addProcesses(child, depth - 1, processes);
    }
  }

  /** The groups in {@code group}; none where it is gone. */
  static List<Path> children(Path group) throws IOException {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(group, Groups::isDirectory)) {
      for (Path child : stream) {
        children.add(child);
      }
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw new CgroupException("list " + group, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new CgroupException("list " + group, e);
    }
    return children;
  }

  static boolean isGone(Path group) {
    return Files.notExists(group, LinkOption.NOFOLLOW_LINKS);
  }

  private static boolean isDirectory(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** The words in a control file that holds a list of names. */
  static Set<String> words(Path file) throws IOException {
    return Set.copyOf(List.of(ControlFile.read(file).split("\\s+")));
  }
}
