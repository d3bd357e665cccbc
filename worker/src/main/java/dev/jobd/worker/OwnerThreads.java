package dev.jobd.worker;

import dev.jobd.worker.model.Owner;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Threads of the platform for what the kernel may keep for long, or for ever, and on a virtual
 * thread the processor's carrier too: one for each task, an owner one task at a time, and all
 * together a few. Who waits, waits for at most {@code patience} for his turn, and as long for an
 * answer; where a task before is overdue, not at all.
 */
final class OwnerThreads {
  private final String name;
  private final int most;
  private final Duration patience;

  /** When each began, by System.nanoTime. */
  private final Map<Owner, Long> underWay = new HashMap<>();

  /** There was no turn in time, and nothing was begun. */
  static final class NoTurnException extends Exception {
    private final boolean own;

    private NoTurnException(boolean own) {
      super("other tasks are under way");
      this.own = own;
    }

    /** Whether a task of the owner's own is in the way, rather than those of others. */
    boolean own() {
      return own;
    }
  }

  /**
   * @param name of the threads
   * @param most at one time
   */
  OwnerThreads(String name, int most, Duration patience) {
    this.name = name;
    this.most = most;
    this.patience = patience;
  }

  Duration patience() {
    return patience;
  }

  /** Begins a task when it has its turn, which it keeps until it has ended. */
  <T> CompletableFuture<T> begin(Owner owner, Callable<T> task)
      throws NoTurnException, InterruptedException {
    takeTurn(owner);
    CompletableFuture<T> outcome = new CompletableFuture<>();
    boolean started = false;
    try {
      Thread.ofPlatform().daemon().name(name).start(() -> run(owner, task, outcome));
      started = true;
    } finally {
      if (!started) {
        endTurn(owner);
      }
    }
    return outcome;
  }

  private <T> void run(Owner owner, Callable<T> task, CompletableFuture<T> outcome) {
    Runnable tell = outcome(task, outcome);
    endTurn(owner); // first: who is told may ask again at once
    tell.run();
  }

  private static <T> Runnable outcome(Callable<T> task, CompletableFuture<T> outcome) {
    try {
      T answer = task.call();
      return () -> outcome.complete(answer);
    } catch (Throwable e) { // or nobody would be told
      return () -> outcome.completeExceptionally(e);
    }
  }

  /**
   * What a task gives or throws.
   *
   * @throws TimeoutException where it is not waited for any longer; it goes on
   */
  <T> T await(CompletableFuture<T> task)
      throws IOException, TimeoutException, InterruptedException {
    try {
      return task.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw switch (e.getCause()) {
        case IOException cause -> cause;
        case RuntimeException cause -> throw cause;
        case null, default -> new IOException("an error of jobd's own", e);
      };
    }
  }

  private synchronized void takeTurn(Owner owner) throws NoTurnException, InterruptedException {
    long asked = System.nanoTime();
    while (underWay.containsKey(owner) || underWay.size() == most) {
      long now = System.nanoTime();
      long left = patience.toNanos() - (now - asked);
      if (left <= 0 || isBlocked(owner, now)) {
        throw new NoTurnException(underWay.containsKey(owner));
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    underWay.put(owner, System.nanoTime());
  }

  private boolean isBlocked(Owner owner, long now) {
    Long own = underWay.get(owner);
    return own != null
        ? isOverdue(own, now)
        : underWay.values().stream().allMatch(since -> isOverdue(since, now));
  }

  private boolean isOverdue(long since, long now) {
    return now - since >= patience.toNanos();
  }

  private synchronized void endTurn(Owner owner) {
    underWay.remove(owner);
    notifyAll();
  }
}
