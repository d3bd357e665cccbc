package dev.jobd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory that is there until this is closed, with all that is in it. */
record TemporaryDirectory(Path path) implements AutoCloseable {
  /** Where nothing is written to a disk: shows what durability costs. */
  private static final Path MEMORY = Path.of("/dev/shm");

  static TemporaryDirectory onDisk() throws IOException {
    return new TemporaryDirectory(Files.createTempDirectory("jobd-bench"));
  }

  static TemporaryDirectory inMemory() throws IOException {
    return new TemporaryDirectory(Files.createTempDirectory(MEMORY, "jobd-bench"));
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    }
  }
}
