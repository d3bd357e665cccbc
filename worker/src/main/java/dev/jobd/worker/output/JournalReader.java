package dev.jobd.worker.output;

import dev.jobd.worker.model.OutputStreamKind;
import dev.jobd.worker.model.ReadRequest;
import dev.jobd.worker.output.JournalIndex.Entry;
import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The way through one journal of what one request asks for, as far as it is there. Costs one chunk
 * of memory. Not for use by several threads at one time.
 */
final class JournalReader implements Closeable {
  /** How many records go into one chunk at most, so that their times take bounded memory too. */
  static final int MAX_READS_PER_CHUNK = 4096;

  /** How many records that are not wanted are walked past before that becomes a search. */
  static final int PASSED_WITHOUT_SEARCH = 1024;

  /** How many records one step of a search looks at: less than a millisecond's work. */
  static final int RECORDS_PER_STEP = 16 << 10;

  private final Journal journal;
  private final ReadRequest request;
  private final int maxChunkBytes;

  /** The first record that is not asked for, by its number. */
  private final long endRecord;

  private final @Nullable TailSearch tail;
  private Sought sought;

  /** Records walked past since the last search, however many were delivered in between. */
  private int passed;

  private boolean startTold;

  /** The number of the record to read next, and the first byte that is not delivered. */
  private long record;

  private long position;

  /** The end of the last record seen, wanted or not: where there will be more. */
  private long seen;

  /** What is to be found before there is another event. */
  private enum Sought {
    NOTHING,
    TAIL,
    WANTED_RECORD
  }

  /**
   * @param journal closed with this
   */
  JournalReader(Journal journal, ReadRequest request, int maxChunkBytes) throws IOException {
    this.journal = journal;
    this.request = request;
    this.maxChunkBytes = maxChunkBytes;
    JournalIndex index = journal.index();
    long there = index.count();
    Instant since = request.since();
    Instant until = request.until();
    Long lines = request.tailLines();
    endRecord = request.follow() ? Long.MAX_VALUE : there;
    position = request.offset();
    long first = index.firstAt(position);
    startAt(since == null ? first : Math.max(first, index.firstSince(since)));
    long last = until == null ? there : Math.min(there, index.firstSince(until));
    tail =
        lines == null
            ? null
            : new TailSearch(journal, request.streams(), record, last, position, lines);
    sought = tail == null ? Sought.NOTHING : Sought.TAIL;
    startTold = tail == null;
  }

  private void startAt(long number) throws IOException {
    Entry before = number == 0 ? null : journal.index().entry(number - 1);
    record = number;
    seen = before == null ? 0 : before.end();
  }

  /** Goes on with a search for a bounded time; tells whether there is more of it. */
  boolean search() throws IOException {
    journal.waitForDisk(true);
    boolean found =
        switch (sought) {
          case NOTHING -> true;
          case TAIL -> findsTail();
          case WANTED_RECORD -> findsWantedRecord();
        };
    if (found) {
      sought = Sought.NOTHING;
      passed = 0;
    }
    return !found;
  }

  private boolean findsTail() throws IOException {
    if (tail == null || !tail.step()) {
      return tail == null;
    }
    long first = Long.MAX_VALUE;
    for (OutputStreamKind stream : request.streams()) {
      first = Math.min(first, tail.start(stream));
    }
    startAt(Math.max(record, journal.index().firstAt(first)));
    return true;
  }

  /** Whether the next record, if there is one, is none to walk past. */
  private boolean findsWantedRecord() throws IOException {
    for (int left = RECORDS_PER_STEP; left > 0; left--) {
      Entry entry = record < endRecord ? journal.index().entry(record) : null;
      if (entry == null || isTooLate(entry) || isWanted(entry)) {
        return true;
      }
      pass(entry);
    }
    return false;
  }

  private void pass(Entry entry) {
    seen = entry.end();
    record++;
  }

  /** Where a later reader goes on. */
  long resumeOffset() {
    return Math.max(position, seen);
  }

  /** The end of the last record seen. */
  long seen() {
    return seen;
  }

  /**
   * The next event, {@link OutputEvent.End} where the request goes no further, {@link
   * OutputEvent.Searching} where {@link #search} is to go first; {@code null} when nothing is there
   * now.
   */
  @Nullable OutputEvent next() throws IOException {
    journal.waitForDisk(true);
    return look();
  }

  /** As {@link #next}, but {@link OutputEvent.NotCached} where that would wait for the disk. */
  @Nullable OutputEvent nextIfCached() throws IOException {
    long recordBefore = record;
    long positionBefore = position;
    long seenBefore = seen;
    journal.waitForDisk(false);
    try {
      return look();
    } catch (NotCachedException e) {
      record = recordBefore;
      position = positionBefore;
      seen = seenBefore;
      return new OutputEvent.NotCached();
    }
  }

  private @Nullable OutputEvent look() throws IOException {
    if (sought != Sought.NOTHING) {
      return new OutputEvent.Searching();
    }
    if (tail != null && !startTold) {
      startTold = true;
      return start(tail);
    }
    while (sought == Sought.NOTHING && record < endRecord) {
      Entry entry = journal.index().entry(record);
      if (entry == null) {
        return null;
      }
      if (isTooLate(entry)) {
        return end();
      }
      if (isWanted(entry)) {
        return entry.isGap() ? gap(entry) : chunk(entry);
      }
      pass(entry);
      if (++passed == PASSED_WITHOUT_SEARCH) {
        sought = Sought.WANTED_RECORD;
      }
    }
    return sought == Sought.NOTHING ? end() : new OutputEvent.Searching();
  }

  private OutputEvent.Start start(TailSearch found) {
    return new OutputEvent.Start(
        request.streams().stream()
            .collect(
                Collectors.toMap(
                    stream -> stream, stream -> Math.max(position, found.start(stream)))));
  }

  OutputEvent.End end() {
    return new OutputEvent.End(resumeOffset());
  }

  private boolean isTooLate(Entry entry) {
    Instant until = request.until();
    return until != null && !entry.time().isBefore(until);
  }

  private boolean isWanted(Entry entry) {
    Instant since = request.since();
    if (!request.streams().contains(entry.stream())
        || (since != null && entry.time().isBefore(since))) {
      return false;
    }
    long start = start(entry);
    return entry.isGap() ? entry.end() >= start : entry.end() > start;
  }

  /** The first byte wanted, as far as this record can have it. */
  private long start(Entry entry) {
    long start = Math.max(position, entry.start());
    return tail == null ? start : Math.max(start, tail.start(entry.stream()));
  }

  private OutputEvent.Gap gap(Entry entry) {
    pass(entry);
    return new OutputEvent.Gap(entry.stream(), entry.end(), entry.time(), entry.dropped());
  }

  /** The bytes of this record, and of those that continue it, within the bounds of a chunk. */
  private OutputEvent.Chunk chunk(Entry first) throws IOException {
    long start = start(first);
    long bound = start + maxChunkBytes;
    List<OutputEvent.Read> reads = new ArrayList<>(1);
    for (Entry entry = first; entry != null; entry = continuing(entry, bound, reads.size())) {
      if (reads.isEmpty() || !reads.getLast().time().equals(entry.time())) {
        int from = (int) (Math.max(start, entry.start()) - start);
        reads.add(new OutputEvent.Read(from, entry.time()));
      }
      seen = entry.end();
      position = Math.min(seen, bound);
      if (position == seen) {
        record++;
      }
    }
    byte[] bytes = journal.bytes(start, (int) (position - start));
    return new OutputEvent.Chunk(first.stream(), start, bytes, reads);
  }

  /** The next record where it can go into the same chunk, which holds so many reads already. */
  private @Nullable Entry continuing(Entry entry, long bound, int reads) throws IOException {
    if (position == bound || reads == MAX_READS_PER_CHUNK || record == endRecord) {
      return null;
    }
    Entry next = journal.index().entry(record);
    boolean continues =
        next != null
            && !next.isGap()
            && next.stream() == entry.stream()
            && next.end() > next.start()
            && !isTooLate(next);
    return continues ? next : null;
  }

  @Override
  public void close() throws IOException {
    journal.close();
  }
}
