package dev.jobd.worker.output;

import dev.jobd.worker.model.OutputStreamKind;
import dev.jobd.worker.output.JournalIndex.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/**
 * Looks for where the last lines of a part of a journal begin: backwards, a block at a time, in
 * steps between which whoever waits can give up. Costs one block of memory, however long the lines.
 *
 * <p>A line is made of one stream's bytes, so each stream has a beginning of its own: what the
 * other stream printed meanwhile neither cuts a line nor counts as part of it.
 */
final class TailSearch {
  static final int BLOCK_BYTES = 64 << 10;

  /** What one step loads, at most: about a millisecond's work, some more to decompress. */
  static final long STEP_BYTES = 1 << 20;

  /** What looking at a record costs, in bytes that could be loaded instead. */
  private static final long RECORD_COST = 64;

  private final Journal journal;
  private final long firstRecord;
  private final long floor;
  private final Map<OutputStreamKind, Line> lines = new EnumMap<>(OutputStreamKind.class);

  /** How many lines are still to be met, and of how many the beginning is. */
  private long remaining;

  private int open;

  /** All records from this number on, and all bytes from this offset on, were looked at. */
  private long record;

  private long position;

  /** Output from {@code blockStart} on. */
  private final ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).limit(0);

  private long blockStart;

  /** One stream's earliest line so far. */
  private static final class Line {
    private long start;

    /** Whether the line is wanted and its beginning not found yet. */
    private boolean open;

    private boolean seen;

    Line(long end) {
      start = end;
    }
  }

  /**
   * @param firstRecord the first that belongs to the part, {@code endRecord} the first after it
   * @param floor the first byte that belongs to the part
   * @param count how many lines are wanted
   */
  TailSearch(
      Journal journal,
      Set<OutputStreamKind> streams,
      long firstRecord,
      long endRecord,
      long floor,
      long count)
      throws IOException {
    this.journal = journal;
    this.firstRecord = firstRecord;
    this.floor = floor;
    this.remaining = count;
    this.record = endRecord;
    Entry last = endRecord == 0 ? null : journal.index().entry(endRecord - 1);
    this.position = last == null ? 0 : last.end();
    streams.forEach(stream -> lines.put(stream, new Line(position)));
  }

  /** Goes on looking for a bounded time; tells whether all is found. */
  boolean step() throws IOException {
    long budget = STEP_BYTES;
    while (!isFound()) {
      if (budget <= 0) {
        return false;
      }
      budget -= lookBack();
    }
    return true;
  }

  /** Where the lines that were found begin in this stream; its end where none is of it. */
  long start(OutputStreamKind stream) {
    Line line = lines.get(stream);
    return line == null ? Long.MAX_VALUE : line.start;
  }

  private boolean isFound() {
    return (remaining == 0 && open == 0) || record <= firstRecord || position <= floor;
  }

  /** Looks at what is before {@code position} in its record and the block; tells the cost. */
  private long lookBack() throws IOException {
    Entry entry = journal.index().entry(record - 1);
    if (entry == null) {
      throw new IOException("record " + (record - 1) + " of a journal has gone");
    }
    long start = Math.max(entry.start(), floor);
    Line line = lines.get(entry.stream());
    if (line == null || position <= start || !(line.open || remaining > 0)) {
      record--;
      position = Math.min(position, entry.start());
      return RECORD_COST;
    }
    boolean loads = position <= blockStart || position > blockStart + block.limit();
    if (loads) {
      load();
    }
    look(line, Math.max(start, blockStart));
    return loads ? block.limit() : 0; // looking at each byte once is part of the price
  }

  private void load() throws IOException {
    long aligned = (position - 1) / BLOCK_BYTES * BLOCK_BYTES; // as compressed blocks are
    blockStart = Math.max(floor, aligned);
    journal.read(blockStart, block.clear().limit((int) (position - blockStart)));
  }

  private void look(Line line, long bottom) {
    if (!line.seen) {
      line.seen = true;
      if (at(position - 1) != '\n') {
        meet(line); // unfinished
      }
    }
    for (long p = position - 1; p >= bottom; p--) {
      if (at(p) == '\n') {
        if (line.open) {
          line.start = p + 1;
          line.open = false;
          open--;
        }
        meet(line);
      }
    }
    if (line.open) {
      line.start = bottom;
    }
    position = bottom;
  }

  /** Another line ends here, if one is wanted. */
  private void meet(Line line) {
    if (remaining > 0) {
      remaining--;
      line.open = true;
      open++;
    }
  }

  private byte at(long offset) {
    return block.get((int) (offset - blockStart));
  }
}
