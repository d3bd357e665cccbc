package dev.jobd.worker;

import dev.jobd.worker.cgroup.DiskSearch;
import dev.jobd.worker.cgroup.UnansweredException;
import dev.jobd.worker.model.Owner;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Searches for the disks of paths that owners give. A disk may keep who asks for ever, and on a
 * virtual thread the processor's carrier too: so each search has a thread of the platform, an owner
 * one search at a time, and all together {@link #THREADS}. Who waits, waits for at most twice
 * {@link #PATIENCE}; where a search before is overdue, not at all.
 */
final class DiskSearches {
  static final int THREADS = 2;

  /** Of a search for its turn, and then for its answer. */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  private final long patienceNanos;

  /** When each began, by System.nanoTime. */
  private final Map<Owner, Long> underWay = new HashMap<>();

  DiskSearches(Duration patience) {
    this.patienceNanos = patience.toNanos();
  }

  DiskSearch of(Owner owner) {
    return (path, search) -> run(owner, path, search);
  }

  private String run(Owner owner, String path, DiskSearch.Search search) throws IOException {
    try {
      begin(owner, path);
      FutureTask<String> task =
          new FutureTask<>(search::disk) {
            @Override
            protected void done() {
              end(owner);
            }
          };
      start(task, owner);
      return task.get(patienceNanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new UnansweredException(path + " does not answer");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("search for the disk of " + path + ": interrupted");
    } catch (ExecutionException e) {
      throw failure(path, e);
    }
  }

  private void start(Runnable task, Owner owner) {
    boolean started = false;
    try {
      Thread.ofPlatform().daemon().name("jobd-disk-search").start(task);
      started = true;
    } finally {
      if (!started) {
        end(owner);
      }
    }
  }

  private static IOException failure(String path, ExecutionException e) {
    return switch (e.getCause()) {
      case IOException cause -> cause;
      case RuntimeException cause -> throw cause;
      case null, default -> new IOException("search for the disk of " + path, e);
    };
  }

  private synchronized void begin(Owner owner, String path)
      throws UnansweredException, InterruptedException {
    long asked = System.nanoTime();
    while (underWay.containsKey(owner) || underWay.size() == THREADS) {
      long now = System.nanoTime();
      long left = patienceNanos - (now - asked);
      if (left <= 0 || blockedAt(now, owner)) {
        throw new UnansweredException(
            path + " cannot be looked at before searches for other disks are answered");
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    underWay.put(owner, System.nanoTime());
  }

  private boolean blockedAt(long now, Owner owner) {
    Long own = underWay.get(owner);
    return own != null
        ? now - own >= patienceNanos
        : underWay.values().stream().allMatch(since -> now - since >= patienceNanos);
  }

  private synchronized void end(Owner owner) {
    underWay.remove(owner);
    notifyAll();
  }
}
