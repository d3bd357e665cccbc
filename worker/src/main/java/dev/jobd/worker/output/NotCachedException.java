package dev.jobd.worker.output;

import java.io.IOException;

/** What is to be read is not in memory, and the reader is not to wait for the disk. */
final class NotCachedException extends IOException {
  private static final long serialVersionUID = 1;

  NotCachedException() {
    super("it is not in memory");
  }

  /** An answer rather than an error, and a frequent one. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
