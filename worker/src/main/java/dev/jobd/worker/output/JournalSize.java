package dev.jobd.worker.output;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** How much there is of a journal that grows, without opening it. */
public final class JournalSize {
  private JournalSize() {}

  /** Bytes of output in a live job's directory; the last of them may not be covered yet. */
  public static long bytes(Path directory) throws IOException {
    try {
      return Files.size(JournalPart.OUTPUT.plain(directory));
    } catch (NoSuchFileException e) {
      return 0;
    }
  }
}
