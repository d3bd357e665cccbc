package dev.jobd.server.rpc;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * What calls run on.
 *
 * @param calls a virtual thread for each task, which may block but not compute for long: a virtual
 *     thread keeps its processor until it blocks, and reading a file does not count as that
 * @param searches {@link #SEARCHERS} threads of the platform for bounded steps of searches through
 *     output, in the order in which they are asked for; at most one step waits for each follower
 */
public record CallThreads(ExecutorService calls, ExecutorService searches)
    implements AutoCloseable {
  /** How many searches run at one time; the kernel shares the processors out between them. */
  public static final int SEARCHERS = 2;

  public static CallThreads start() {
    return new CallThreads(
        Executors.newVirtualThreadPerTaskExecutor(),
        Executors.newFixedThreadPool(
            SEARCHERS, Thread.ofPlatform().daemon().name("jobd-search-", 0).factory()));
  }

  /** Takes no more; once no call is to go on. What runs ends by itself. */
  @Override
  public void close() {
    searches.shutdown();
    calls.shutdown();
  }
}
