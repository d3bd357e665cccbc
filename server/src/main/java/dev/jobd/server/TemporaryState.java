package dev.jobd.server;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * A state directory for one command, removed with all that is in it.
 *
 * @param directory accessible to nobody else
 */
record TemporaryState(Path directory) implements AutoCloseable {
  private static final Path RUN = Path.of("/run");
  private static final Path HOME = RUN.resolve("jobd");

  /**
   * Makes one below {@code /run/jobd}, or in the directory for temporary files where there is no
   * {@code /run}.
   */
  static TemporaryState make() throws IOException {
    if (!Files.isWritable(RUN)) {
      return new TemporaryState(Files.createTempDirectory("jobd-run-"));
    }
    if (!Files.isDirectory(HOME)) {
      Files.createDirectories(
          HOME, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    return new TemporaryState(Files.createTempDirectory(HOME, "run-"));
  }

  @Override
  public void close() throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
