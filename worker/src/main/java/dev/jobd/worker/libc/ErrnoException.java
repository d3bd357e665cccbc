package dev.jobd.worker.libc;

import java.io.IOException;

/** A system call that the kernel refused. */
public final class ErrnoException extends IOException {
  private final String operation;
  private final int errno;

  ErrnoException(String operation, String subject, int errno) {
    super(operation + " " + subject + ": " + Libc.strerror(errno));
    this.operation = operation;
    this.errno = errno;
  }

  public String operation() {
    return operation;
  }

  public int errno() {
    return errno;
  }
}
