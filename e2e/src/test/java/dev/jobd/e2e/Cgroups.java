package dev.jobd.e2e;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The control groups of this host, in every hierarchy that is mounted. */
final class Cgroups {
  private static final Path MOUNTS = Path.of("/sys/fs/cgroup");

  private Cgroups() {}

  /** The groups that bear this job's id. */
  static List<Path> named(String id) throws IOException {
    return named(Set.of(id));
  }

  /** The groups that bear one of these jobs' ids. */
  static List<Path> named(Collection<String> ids) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        MOUNTS,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            if (ids.contains(directory.getFileName().toString())) {
              found.add(directory);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE; // A group that ended while we looked.
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
            return FileVisitResult.CONTINUE;
          }
        });
    return found;
  }
}
