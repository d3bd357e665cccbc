package dev.jobd.worker.output;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the length of one job's journal, and who waits for more of it.
 *
 * <p>Somebody is asked to watch the journal only while a reader waits: an append wakes exactly
 * those who wait for it, and a job that nobody reads costs nothing. Readers see the journal itself,
 * so they may be ahead of what is known here; a wake-up says "look again", never how much is there.
 *
 * <p>No wake-up is lost: a reader that found nothing registers the length it has seen, and under
 * the same lock under which growth is told it is either woken at once or will be. Wake-ups and the
 * watch request run outside of the lock.
 */
public final class JournalGrowth {
  private static final Logger logger = System.getLogger(JournalGrowth.class.getName());

  private @Nullable LongConsumer watch;
  private final Set<Wait> waits = new LinkedHashSet<>();
  private long known;
  private boolean complete;

  /** Nobody asked yet to watch, or the answer has come. */
  private static final long NOT_WATCHING = Long.MAX_VALUE;

  private long watching = NOT_WATCHING;

  /** One registration; two that look the same are two. */
  private static final class Wait {
    private final long seen;
    private final Runnable wake;

    Wait(long seen, Runnable wake) {
      this.seen = seen;
      this.wake = wake;
    }

    /** One reader's failure, say of an executor that was shut down, costs no other its wake-up. */
    void run() {
      try {
        wake.run();
      } catch (RuntimeException e) {
        logger.log(Level.WARNING, "wake a reader of a journal", e);
      }
    }
  }

  /** A journal to which nothing is added any more. */
  public static JournalGrowth complete() {
    JournalGrowth growth = new JournalGrowth();
    growth.finish();
    return growth;
  }

  /**
   * From now on {@code through} is asked, where somebody waits, for one call of {@link #grew} when
   * the journal is longer than the argument. Replaces whoever was asked before. {@code through}
   * throws where it could not ask, having told why; the next wait or growth asks again.
   */
  public void watchThrough(LongConsumer through) {
    long ask;
    synchronized (this) {
      watch = through;
      watching = NOT_WATCHING;
      ask = toWatch();
    }
    ask(ask);
  }

  /** Whether nothing is added any more. A reader asks before it looks, not after. */
  public synchronized boolean isComplete() {
    return complete;
  }

  /**
   * Runs {@code wake} once when the journal is longer than {@code seen} or complete; at once where
   * it is.
   *
   * @return takes the registration back
   */
  Runnable await(long seen, Runnable wake) {
    Wait wait = new Wait(seen, wake);
    boolean ready;
    long ask = NOT_WATCHING;
    synchronized (this) {
      ready = complete || known > seen;
      if (!ready) {
        waits.add(wait);
        // What is watched for is the least of the others: a thousand who come back need no look at
        // each other.
        ask = watching == NOT_WATCHING || seen < watching ? toWatch() : NOT_WATCHING;
      }
    }
    if (ready) {
      wake.run();
    }
    ask(ask);
    return () -> cancel(wait);
  }

  private synchronized void cancel(Wait wait) {
    waits.remove(wait);
  }

  /** The journal is now this long. */
  public void grew(long end) {
    List<Wait> ready = new ArrayList<>();
    long ask;
    synchronized (this) {
      known = Math.max(known, end);
      watching = NOT_WATCHING;
      waits.removeIf(wait -> wait.seen < known && ready.add(wait));
      ask = toWatch();
    }
    ready.forEach(Wait::run);
    ask(ask);
  }

  /** Nothing is added any more: everybody looks a last time. */
  public void finish() {
    List<Wait> ready;
    synchronized (this) {
      complete = true;
      ready = List.copyOf(waits);
      waits.clear();
    }
    ready.forEach(Wait::run);
  }

  /** The least length that somebody waits to see exceeded, where it is not watched for already. */
  private long toWatch() {
    if (watch == null) {
      return NOT_WATCHING;
    }
    long least = waits.stream().mapToLong(wait -> wait.seen).min().orElse(NOT_WATCHING);
    if (least >= watching) {
      return NOT_WATCHING;
    }
    watching = least;
    return least;
  }

  private void ask(long end) {
    LongConsumer through;
    synchronized (this) {
      through = watch;
    }
    if (end == NOT_WATCHING || through == null) {
      return;
    }
    try {
      through.accept(end);
    } catch (RuntimeException e) {
      notWatched(end);
    }
  }

  private synchronized void notWatched(long end) {
    if (watching == end) {
      watching = NOT_WATCHING;
    }
  }
}
