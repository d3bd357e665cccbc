package dev.jobd.server.rpc;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * Threads of the platform for bounded steps of searches through output. Users take turns, and the
 * searches of each of them theirs: so who searches much waits for nobody but himself longer than
 * who searches little.
 *
 * <p>Each task of the pool makes one step: not the one for which it was handed in, but that whose
 * turn it is. There are as many of both.
 */
public final class SearchTurns implements AutoCloseable {
  private final ExecutorService threads;

  /** Steps that wait, by user; the first user's first one is next. No user is without one. */
  private final Map<String, Queue<Runnable>> waiting = new LinkedHashMap<>();

  /**
   * @param searchers how many steps are made at one time
   */
  SearchTurns(int searchers) {
    threads =
        Executors.newFixedThreadPool(
            searchers, Thread.ofPlatform().daemon().name("jobd-search-", 0).factory());
  }

  /**
   * Has {@code step} made when it is its turn.
   *
   * @throws RejectedExecutionException where no more are taken
   */
  void execute(String user, Runnable step) {
    synchronized (waiting) {
      threads.execute(() -> next().run()); // first: one that is refused has left no step
      waiting.computeIfAbsent(user, _ -> new ArrayDeque<>()).add(step);
    }
  }

  private Runnable next() {
    synchronized (waiting) {
      Map.Entry<String, Queue<Runnable>> first = waiting.entrySet().iterator().next();
      String user = first.getKey();
      Queue<Runnable> steps = first.getValue();
      Runnable step = steps.remove();
      waiting.remove(user);
      if (!steps.isEmpty()) {
        waiting.put(user, steps); // behind the others
      }
      return step;
    }
  }

  /** Takes no more; what waits is made, and what runs ends by itself. */
  @Override
  public void close() {
    threads.shutdown();
  }
}
