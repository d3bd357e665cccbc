package dev.jobd.worker;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Work that comes up now and then, on a thread of its own, which sleeps until it is woken or the
 * next is due. What fails is tried again.
 */
final class Chore implements Closeable {
  /** Nothing is due; as long as a timed wait can be. */
  static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

  private final String what;
  private final Work work;
  private final Duration retryDelay;
  private final Logger logger;
  private final Semaphore wake = new Semaphore(0);
  private final Thread thread;
  private volatile boolean closed;

  /** Does all that is to be done now. */
  @FunctionalInterface
  interface Work {
    /** Tells how long nothing is to be done, unless there is a wake-up. */
    Duration run() throws IOException;
  }

  /**
   * @param what it is, in words for an error: {@code let go of ended jobs}
   * @param retryDelay from a failure, whose end nobody tells, to the next try
   */
  Chore(String thread, String what, Work work, Duration retryDelay, Logger logger) {
    this.what = what;
    this.work = work;
    this.retryDelay = retryDelay;
    this.logger = logger;
    this.thread = Thread.ofPlatform().name(thread).daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** There may be more to do. */
  void wake() {
    wake.release();
  }

  /** Whether the work is to be left where it is. */
  boolean isClosed() {
    return closed;
  }

  private void run() {
    while (!closed) {
      Duration idle;
      try {
        idle = work.run();
      } catch (IOException | RuntimeException e) {
        if (!closed) {
          logger.log(Level.ERROR, what + ", to be tried again", e);
        }
        idle = retryDelay;
      }
      rest(idle);
    }
  }

  private void rest(Duration idle) {
    try {
      boolean woken = wake.tryAcquire(idle.toNanos(), TimeUnit.NANOSECONDS);
      if (woken) {
        wake.drainPermits(); // whatever came up until now is seen by the work that follows
      }
    } catch (InterruptedException e) {
      closed = true; // nobody else interrupts this thread
    }
  }

  /** Returns when the thread has ended. */
  @Override
  public void close() {
    closed = true;
    wake.release();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
