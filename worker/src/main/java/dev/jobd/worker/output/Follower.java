package dev.jobd.worker.output;

import java.io.IOException;

/**
 * One reader of one job's output: an offset and a wake-up. Readers share nothing, so a slow one delays nobody; each costs one chunk of memory while
 * it reads and almost nothing while it waits. For use by one thread at a time.
 */
public final class Follower implements AutoCloseable {
  /** The next event. Never waits for the job: {@link OutputEvent.Pending} when there is nothing now. */
  public OutputEvent poll() throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Runs {@code wake} once, on some thread and soon, when {@link #poll} has something other than {@link OutputEvent.Pending}; at once where it has
   * already. Replaces a wake-up that has not run. {@code wake} must not block.
   */
  public void onReady(Runnable wake) {
    throw new UnsupportedOperationException();
  }

  /** The next event other than {@link OutputEvent.Pending}, waiting for it. */
  public OutputEvent take() throws IOException, InterruptedException {
    throw new UnsupportedOperationException();
  }

  /** Lets go of the journal; a wake-up that has not run never will. */
  @Override
  public void close() {}
}
