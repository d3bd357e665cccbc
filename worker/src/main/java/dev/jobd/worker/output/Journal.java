package dev.jobd.worker.output;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The files of one job's output: {@code output} holds the bytes, {@code index} one record a chunk.
 * Bytes that no whole record covers do not count. Not for use by several threads at one time.
 */
final class Journal implements Closeable {
  private final JournalFile output;
  private final JournalIndex index;
  private final String name;

  private Journal(JournalFile output, JournalIndex index, String name) {
    this.output = output;
    this.index = index;
    this.name = name;
  }

  /**
   * Opens the journal in a job's directory; {@code null} where the shim has not made it, and where
   * it is removed.
   */
  static @Nullable Journal open(Path directory) throws IOException {
    JournalFile index = JournalFile.open(directory, JournalPart.INDEX);
    if (index == null) {
      return null;
    }
    try {
      // Made before the index and removed after it.
      JournalFile output = JournalFile.open(directory, JournalPart.OUTPUT);
      if (output == null) {
        index.close();
        return null;
      }
      String name = "journal " + directory;
      return new Journal(output, new JournalIndex(index, name), name);
    } catch (IOException e) {
      index.close();
      throw e;
    }
  }

  /** As {@link JournalFile#waitForDisk}. */
  void waitForDisk(boolean allowed) {
    output.waitForDisk(allowed);
    index.waitForDisk(allowed);
  }

  JournalIndex index() {
    return index;
  }

  /** Reads {@code length} bytes of output from {@code offset}; they must be covered by a record. */
  byte[] bytes(long offset, int length) throws IOException {
    byte[] bytes = new byte[length];
    read(offset, ByteBuffer.wrap(bytes));
    return bytes;
  }

  /** Fills {@code bytes} with output from {@code offset}; it must be covered by a record. */
  void read(long offset, ByteBuffer bytes) throws IOException {
    long start = offset - bytes.position();
    while (bytes.hasRemaining()) {
      int got = output.read(bytes, start + bytes.position());
      if (got < 0) {
        throw new IOException(
            "%s is damaged: output ends at %d, but its index covers %d"
                .formatted(name, output.size(), start + bytes.limit()));
      }
    }
  }

  @Override
  public void close() throws IOException {
    try (output) {
      index.close();
    }
  }
}
