package dev.jobd.worker;

import java.io.IOException;
import java.io.InterruptedIOException;
import org.jspecify.annotations.Nullable;

/**
 * One step of a task, which others may have its thread give up. What the task does before and
 * after, to undo the step for example, is not interrupted.
 */
final class Revocable {
  private @Nullable Thread at;
  private boolean revoked;

  /** The step: a system call it waits in ends when its thread is interrupted. */
  @FunctionalInterface
  interface Step {
    void run() throws IOException;
  }

  /** Takes the step, on this thread; once. */
  void run(Step step) throws IOException {
    begin();
    try {
      step.run();
    } finally {
      end();
    }
  }

  private synchronized void begin() throws InterruptedIOException {
    if (revoked) {
      throw new InterruptedIOException("revoked before it was begun");
    }
    at = Thread.currentThread();
  }

  private synchronized void end() {
    at = null;
    var _ = Thread.interrupted(); // which was for the step alone
    notifyAll();
  }

  /**
   * Has the step fail where it is under way, or is to come. Returns when its thread has left the
   * system call that it waits in, which the kernel may put off.
   */
  synchronized void revoke() {
    revoked = true;
    if (at != null) {
      at.interrupt();
    }
  }

  /** Returns when the step is not under way; on a virtual thread without its carrier. */
  synchronized void awaitEnd() {
    boolean interrupted = false;
    while (at != null) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  synchronized boolean isRevoked() {
    return revoked;
  }
}
