package dev.jobd.worker.output;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes a journal as a shim does, record by record. */
final class JournalFiles {
  static final int OUT = 1;
  static final int ERR = 2;
  private static final int GAP = 0x80;
  private static final long MAGIC = 0x0078_6469_6462_6f6aL;

  private final Path directory;
  private long end;

  private JournalFiles(Path directory) {
    this.directory = directory;
  }

  /** An empty journal in an empty directory. */
  static JournalFiles in(Path directory) throws IOException {
    Files.createFile(directory.resolve("output"));
    Files.write(directory.resolve("index"), record(MAGIC, 1, 0));
    return new JournalFiles(directory);
  }

  /** The journal of a directory, which holds so many bytes. */
  static JournalFiles continueIn(Path directory, long bytes) {
    JournalFiles files = new JournalFiles(directory);
    files.end = bytes;
    return files;
  }

  /** Three numbers, as the index holds them. */
  static byte[] record(long a, long b, long c) {
    return ByteBuffer.allocate(24)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(a)
        .putLong(b)
        .putLong(c)
        .array();
  }

  /** At a time of so many microseconds as the journal is then long. */
  void append(int stream, String text) throws IOException {
    append(stream, text, (end + text.length()) * 1000);
  }

  void append(int stream, String text, long nanos) throws IOException {
    Files.writeString(
        directory.resolve("output"), text, StandardCharsets.US_ASCII, StandardOpenOption.APPEND);
    end += text.length();
    index(record(end, nanos, stream));
  }

  void gap(int stream, long dropped) throws IOException {
    index(record(end, end * 1000, dropped << 8 | GAP | stream));
  }

  void index(byte[] bytes) throws IOException {
    Files.write(directory.resolve("index"), bytes, StandardOpenOption.APPEND);
  }
}
