package dev.jobd.worker.output;

import dev.jobd.worker.model.ReadRequest;
import dev.jobd.worker.output.Journal.Entry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * One reader of one job's output: an offset and a wake-up. Readers share nothing, so a slow one
 * delays nobody; each costs one chunk of memory while it reads and almost nothing while it waits.
 * For use by one thread at a time, also to close it: who is to end another's {@link #take}
 * interrupts it.
 */
public final class Follower implements AutoCloseable {
  private final Path directory;
  private final JournalGrowth growth;
  private final ReadRequest request;
  private final int maxChunkBytes;
  private final Absence absence;
  private @Nullable Journal journal;

  /** The number of the record to read next, and the first byte of it that was not delivered. */
  private long record;

  private long offset;

  /** The end of the last record seen, wanted or not: where there will be more. */
  private long seen;

  private Runnable cancelWake = () -> {};

  /** Knows why a job that has ended may have no journal. */
  @FunctionalInterface
  public interface Absence {
    /** Returns where there never was one; throws where it is gone. */
    void explain() throws IOException;
  }

  /**
   * @param directory the job's
   * @param maxChunkBytes the most bytes in one event
   */
  public Follower(
      Path directory,
      JournalGrowth growth,
      ReadRequest request,
      int maxChunkBytes,
      Absence absence) {
    this.directory = directory;
    this.growth = growth;
    this.request = request;
    this.maxChunkBytes = maxChunkBytes;
    this.absence = absence;
    this.offset = request.offset();
  }

  /**
   * The next event. Never waits for the job: {@link OutputEvent.Pending} when there is nothing now.
   */
  public OutputEvent poll() throws IOException {
    boolean complete = growth.isComplete(); // before looking: what comes later is not missed
    Journal open = journal != null ? journal : open();
    if (open == null) {
      if (complete) {
        absence.explain();
      }
      return nothing(complete);
    }
    for (Entry entry = open.entry(record); entry != null; entry = open.entry(record)) {
      seen = entry.end();
      if (!request.streams().contains(entry.stream())
          || (!entry.isGap() && entry.end() <= offset)) {
        record++;
      } else if (entry.isGap()) {
        record++;
        return new OutputEvent.Gap(entry.stream(), entry.end(), entry.dropped());
      } else {
        return chunk(open, entry);
      }
    }
    return nothing(complete);
  }

  private @Nullable Journal open() throws IOException {
    Journal opened = Journal.open(directory);
    if (opened != null) {
      record = opened.find(offset);
      Entry before = record == 0 ? null : opened.entry(record - 1);
      seen = before == null ? 0 : before.end();
      journal = opened;
    }
    return opened;
  }

  private OutputEvent chunk(Journal from, Entry entry) throws IOException {
    long start = Math.max(offset, entry.start());
    int length = (int) Math.min(maxChunkBytes, entry.end() - start);
    byte[] bytes = from.bytes(start, length);
    offset = start + length;
    if (offset == entry.end()) {
      record++;
    }
    return new OutputEvent.Chunk(entry.stream(), start, entry.time(), bytes);
  }

  private OutputEvent nothing(boolean complete) {
    offset = Math.max(offset, seen);
    return complete || !request.follow() ? new OutputEvent.End(offset) : new OutputEvent.Pending();
  }

  /**
   * Runs {@code wake} once, on some thread and soon, when {@link #poll} has something other than
   * {@link OutputEvent.Pending}; at once where it has already. Called after a {@code Pending};
   * {@code wake} must not block.
   */
  public void onReady(Runnable wake) {
    cancelWake = growth.await(seen, wake);
  }

  /**
   * The next event other than {@link OutputEvent.Pending}, waiting for it.
   *
   * @throws java.nio.channels.ClosedByInterruptException where an interrupt meets a read of the
   *     journal instead of the wait; the follower is of no more use either way
   */
  public OutputEvent take() throws IOException, InterruptedException {
    while (true) {
      OutputEvent event = poll();
      if (!(event instanceof OutputEvent.Pending)) {
        return event;
      }
      Semaphore ready = new Semaphore(0);
      onReady(ready::release);
      ready.acquire();
    }
  }

  /** Lets go of the journal; a wake-up that has not run never will. */
  @Override
  public void close() throws IOException {
    cancelWake.run();
    if (journal != null) {
      journal.close();
    }
  }
}
