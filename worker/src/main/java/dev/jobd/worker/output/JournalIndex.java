package dev.jobd.worker.output;

import dev.jobd.worker.model.OutputStreamKind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The {@code index} of one job's output as the shim writes it (shim/src/wire.h): records that are
 * only ever added, whose ends and times never fall. Read through a buffer of a few records,
 * forwards or backwards at the same cost. Not for use by several threads at one time.
 */
final class JournalIndex implements Closeable {
  private static final int RECORD_BYTES = 24;
  private static final int RECORDS_READ_AT_ONCE = 128;
  private static final long MAGIC = 0x0078_6469_6462_6f6aL; // "jobdidx", little-endian
  private static final long VERSION = 1;
  private static final int KIND_STDOUT = 1;
  private static final int KIND_STDERR = 2;
  private static final int GAP = 0x80;

  private final JournalFile file;
  private final String name;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(RECORD_BYTES * RECORDS_READ_AT_ONCE).order(ByteOrder.LITTLE_ENDIAN);

  /** The number of the first record in the buffer, and how many whole ones it holds. */
  private long buffered;

  private int count;
  private boolean checked;

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

  /**
   * @param name for the words of errors
   */
  JournalIndex(JournalFile file, String name) {
    this.file = file;
    this.name = name;
  }

  void waitForDisk(boolean allowed) {
    file.waitForDisk(allowed);
  }

  /** How many whole records are there now. */
  long count() throws IOException {
    return Math.max(0, file.size() / RECORD_BYTES - 1);
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
    long start = number == 0 ? 0 : buffer.getLong(at(number - 1));
    return decode(number, start);
  }

  /**
   * The number of the first record that a reader from {@code offset} has to see, or of the one to
   * come where there is none: also gaps at that very place.
   */
  long firstAt(long offset) throws IOException {
    return first(entry -> entry.end() >= offset);
  }

  /** The number of the first record of this time or later, or of the one to come. */
  long firstSince(Instant time) throws IOException {
    return first(entry -> !entry.time().isBefore(time));
  }

  /** The first record that is {@code wanted}, as all that follow it are. */
  private long first(Predicate<Entry> wanted) throws IOException {
    long low = 0;
    long high = count();
    while (low < high) {
      long middle = (low + high) >>> 1;
      Entry entry = entry(middle);
      if (entry == null || wanted.test(entry)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** Makes the buffer hold a record, the one before it, and what follows in the reader's way. */
  private void fill(long number) throws IOException {
    if (!checked) {
      checkHeader();
    }
    boolean backwards = number < buffered + count;
    // The record before tells where the first one starts.
    long first = Math.max(0, backwards ? number - RECORDS_READ_AT_ONCE + 1 : number - 1);
    count = 0; // where reading fails, it holds nothing
    buffer.clear();
    while (buffer.hasRemaining()) {
      int read = file.read(buffer, (first + 1) * RECORD_BYTES + buffer.position());
      if (read < 0) {
        break;
      }
    }
    buffered = first;
    count = buffer.position() / RECORD_BYTES;
    if (number >= buffered + count) {
      count = 0; // only what came before is there
    }
  }

  private int at(long number) {
    return (int) (number - buffered) * RECORD_BYTES;
  }

  private Entry decode(long number, long start) throws IOException {
    long end = buffer.getLong(at(number));
    long time = buffer.getLong(at(number) + 8);
    long tag = buffer.getLong(at(number) + 16);
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
    int got = file.read(header, 0);
    if (got < RECORD_BYTES) {
      return; // being made, or never finished: no records either
    }
    if (header.getLong(0) != MAGIC || header.getLong(8) != VERSION) {
      throw damaged("it is not an index of version " + VERSION);
    }
    checked = true;
  }

  private IOException damaged(String how) {
    return new IOException(name + " is damaged: " + how);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
