package dev.jobd.worker.output;

import dev.jobd.worker.model.ReadRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One reader of one job's output: an offset and a wake-up. Readers share nothing, so a slow one
 * delays nobody; each costs one chunk of memory while it reads and almost nothing while it waits.
 * For use by one thread at a time, also to close it: who is to end another's {@link #take}
 * interrupts it.
 */
public final class Follower implements AutoCloseable {
  /** A longer wait for a time is made of several. */
  private static final Duration MAX_DELAY = Duration.ofDays(1);

  /**
   * How long after its time a record may be seen first: the shim notes the time, then writes. So
   * long a follower waits past the end of its time for what belongs to it.
   */
  static final Duration RECORD_DELAY = Duration.ofMillis(200);

  private final Path directory;
  private final JournalGrowth growth;
  private final int maxChunkBytes;
  private final Absence absence;
  private ReadRequest request;
  private @Nullable JournalReader reader;
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
  }

  /**
   * The next event. Never waits for the job, and takes a bounded time: {@link OutputEvent.Waiting}
   * when there is nothing now, {@link OutputEvent.Searching} when {@link #search} is to find it.
   */
  public OutputEvent poll() throws IOException {
    boolean complete = growth.isComplete(); // before looking: what comes later is not missed
    boolean over = isOver(complete);
    JournalReader open = reader != null ? reader : open();
    if (open != null) {
      return orRest(open, open.next(), over);
    }
    if (request.tailLines() != null) {
      return startOfAll();
    }
    if (complete) {
      absence.explain();
    }
    return over ? new OutputEvent.End(request.offset()) : new OutputEvent.Waiting();
  }

  /**
   * As {@link #poll} for a thread that must not wait for a disk: {@link OutputEvent.NotCached}
   * where poll might.
   */
  public OutputEvent pollCached() throws IOException {
    boolean over = isOver(growth.isComplete());
    JournalReader open = reader;
    return open == null ? new OutputEvent.NotCached() : orRest(open, open.nextIfCached(), over);
  }

  private boolean isOver(boolean complete) {
    return complete || !request.follow() || untilHasPassed();
  }

  private static OutputEvent orRest(
      JournalReader reader, @Nullable OutputEvent event, boolean over) {
    if (event != null) {
      return event;
    }
    return over ? reader.end() : new OutputEvent.Waiting();
  }

  /** Where there is nothing yet, all that will be there comes after the reading has begun. */
  private OutputEvent.Start startOfAll() {
    long offset = request.offset();
    OutputEvent.Start start =
        new OutputEvent.Start(
            request.streams().stream().collect(Collectors.toMap(stream -> stream, _ -> offset)));
    request = request.withTailLines(null);
    return start;
  }

  /** Whether all that was written before the end of the request's time can be seen. */
  private boolean untilHasPassed() {
    Instant until = request.until();
    return until != null && !Instant.now().minus(RECORD_DELAY).isBefore(until);
  }

  /**
   * After {@link OutputEvent.Searching}: looks for what {@link #poll} is to give next, among output
   * of any length, for about a millisecond. Whoever has to do much else leaves the processor
   * between the steps.
   *
   * @return whether another step is needed before {@code poll} gives something else
   */
  public boolean search() throws IOException {
    return reader != null && reader.search();
  }

  private @Nullable JournalReader open() throws IOException {
    Journal journal = Journal.open(directory);
    if (journal == null) {
      return null;
    }
    try {
      reader = new JournalReader(journal, request, maxChunkBytes);
      return reader;
    } catch (IOException | RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  /**
   * Runs {@code wake} once, on some thread and soon, when {@link #poll} has something other than
   * {@link OutputEvent.Waiting}, or may find it; at once where it has already. Called after a
   * {@code Waiting}, it replaces the wake-up asked for before; {@code wake} must not block.
   */
  public void onReady(Runnable wake) {
    cancelWake.run();
    AtomicBoolean woken = new AtomicBoolean();
    Runnable once =
        () -> {
          if (!woken.getAndSet(true)) {
            wake.run();
          }
        };
    Runnable cancelGrowth = growth.await(reader == null ? 0 : reader.seen(), once);
    Runnable cancelTime = atUntil(once);
    cancelWake =
        () -> {
          cancelGrowth.run();
          cancelTime.run();
        };
  }

  /** Runs {@code wake} when {@link #untilHasPassed} may hold; tells how to take that back. */
  private Runnable atUntil(Runnable wake) {
    Instant until = request.until();
    if (until == null) {
      return () -> {};
    }
    Duration left = Duration.between(Instant.now(), until).plus(RECORD_DELAY);
    long delay = (left.compareTo(MAX_DELAY) < 0 ? left : MAX_DELAY).toNanos();
    Future<?> timer = ForkJoinPool.commonPool().schedule(wake, delay, TimeUnit.NANOSECONDS);
    return () -> timer.cancel(false);
  }

  /**
   * The next event other than {@link OutputEvent.Pending}, waiting for it.
   *
   * @throws java.nio.channels.ClosedByInterruptException where an interrupt meets a read of what is
   *     compressed instead of the wait; the follower is of no more use either way
   */
  public OutputEvent take() throws IOException, InterruptedException {
    while (true) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      switch (poll()) {
        case OutputEvent.Searching _ -> search();
        case OutputEvent.Waiting _ -> {
          Semaphore ready = new Semaphore(0);
          onReady(ready::release);
          ready.acquire();
        }
        case OutputEvent event -> {
          return event;
        }
      }
    }
  }

  /** Lets go of the journal; a wake-up that has not run never will. */
  @Override
  public void close() throws IOException {
    cancelWake.run();
    if (reader != null) {
      reader.close();
    }
  }
}
