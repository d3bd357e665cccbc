package dev.jobd.worker.output;

import dev.jobd.worker.model.OutputStreamKind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The files of one job's output, as the shim writes them: {@code output} holds the bytes, {@code
 * index} one record a chunk (shim/src/wire.h). Bytes that no whole record covers do not count. Not
 * for use by several threads at one time.
 */
final class Journal implements Closeable {
  private static final int RECORD_BYTES = 24;
  private static final int RECORDS_READ_AT_ONCE = 128;
  private static final long MAGIC = 0x0078_6469_6462_6f6aL; // "jobdidx", little-endian
  private static final long VERSION = 1;
  private static final int KIND_STDOUT = 1;
  private static final int KIND_STDERR = 2;
  private static final int GAP = 0x80;

  private final FileChannel output;
  private final FileChannel index;
  private final Path directory;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(RECORD_BYTES * RECORDS_READ_AT_ONCE).order(ByteOrder.LITTLE_ENDIAN);

  /** The number of the first record in the buffer, and how many whole ones it holds. */
  private long buffered;

  private int count;

  /**
   * One record of the index.
   *
   * @param start the offset of its first byte
   * @param end the offset after its last byte; {@code start} for a gap
   * @param dropped for a gap, the bytes that are missing here; 0 for a chunk
   */
  record Entry(OutputStreamKind stream, long start, long end, Instant time, long dropped) {
    boolean isGap() {
      return dropped > 0;
    }
  }

  private Journal(Path directory, FileChannel output, FileChannel index) {
    this.directory = directory;
    this.output = output;
    this.index = index;
  }

  /**
   * Opens the journal in a job's directory; {@code null} where the shim has not made it, and where
   * it is removed.
   */
  static @Nullable Journal open(Path directory) throws IOException {
    FileChannel index;
    try {
      index = FileChannel.open(directory.resolve("index"), StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      return null;
    }
    try {
      // Made before the index and removed after it.
      return new Journal(
          directory, FileChannel.open(directory.resolve("output"), StandardOpenOption.READ), index);
    } catch (NoSuchFileException e) {
      index.close();
      return null;
    } catch (IOException e) {
      index.close();
      throw e;
    }
  }

  /** The record of this number; {@code null} where it is not there yet. */
  @Nullable Entry entry(long number) throws IOException {
    boolean there = Math.max(0, number - 1) >= buffered && number < buffered + count;
    if (!there) {
      fill(number);
    }
    if (count == 0) {
      return null;
    }
    int at = (int) (number - buffered) * RECORD_BYTES;
    long start = number == 0 ? 0 : endBefore(number);
    return decode(number, at, start);
  }

  /**
   * The number of the first record that a reader from {@code offset} has to see, or of the one to
   * come where there is none. Gaps right at {@code offset} come after the bytes before it, so they
   * belong to what is still to be read.
   */
  long find(long offset) throws IOException {
    if (offset == 0) {
      return 0; // also a gap before the first byte
    }
    long low = 0;
    long high = Math.max(0, index.size() / RECORD_BYTES - 1);
    while (low < high) {
      long middle = (low + high) >>> 1;
      Entry entry = entry(middle);
      boolean gapHere = entry != null && entry.isGap() && entry.end() == offset;
      if (entry == null || entry.end() > offset || gapHere) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** Reads {@code length} bytes of output from {@code offset}; they must be covered by a record. */
  byte[] bytes(long offset, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      int got = output.read(bytes, offset + bytes.position());
      if (got < 0) {
        throw damaged(
            "output ends at " + output.size() + ", but its index covers " + (offset + length));
      }
    }
    return bytes.array();
  }

  private void fill(long number) throws IOException {
    if (buffered == 0 && count == 0) {
      checkHeader();
    }
    // One record more at the front, for where the first one starts.
    long first = Math.max(0, number - 1);
    buffer.clear();
    int got = 0;
    while (buffer.hasRemaining()) {
      int read = index.read(buffer, (first + 1) * RECORD_BYTES + got);
      if (read < 0) {
        break;
      }
      got += read;
    }
    buffered = first;
    count = got / RECORD_BYTES;
    if (number >= buffered + count) {
      count = 0; // only what came before is there
    }
  }

  private long endBefore(long number) {
    return buffer.getLong((int) (number - 1 - buffered) * RECORD_BYTES);
  }

  private Entry decode(long number, int at, long start) throws IOException {
    long end = buffer.getLong(at);
    long time = buffer.getLong(at + 8);
    long tag = buffer.getLong(at + 16);
    int kind = (int) (tag & 0xff);
    OutputStreamKind stream =
        switch (kind & ~GAP) {
          case KIND_STDOUT -> OutputStreamKind.STDOUT;
          case KIND_STDERR -> OutputStreamKind.STDERR;
          default -> throw damaged("record " + number + " is of the unknown kind " + kind);
        };
    long dropped = (kind & GAP) != 0 ? tag >>> 8 : 0;
    if (end < start) {
      throw damaged("record " + number + " ends at " + end + ", before its start at " + start);
    }
    return new Entry(stream, start, end, Instant.ofEpochSecond(0, time), dropped);
  }

  private void checkHeader() throws IOException {
    ByteBuffer header = ByteBuffer.allocate(RECORD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    int got = index.read(header, 0);
    if (got < RECORD_BYTES) {
      return; // being made, or never finished: no records either
    }
    if (header.getLong(0) != MAGIC || header.getLong(8) != VERSION) {
      throw damaged("it is not an index of version " + VERSION);
    }
  }

  private IOException damaged(String how) {
    return new IOException("journal " + directory + " is damaged: " + how);
  }

  @Override
  public void close() throws IOException {
    try (output) {
      index.close();
    }
  }
}
