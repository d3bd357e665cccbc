package dev.jobd.worker.cgroup;

import java.io.IOException;

/** The disk of a path cannot be told, because the search for it was not answered in time. */
public final class UnansweredException extends IOException {
  /**
   * @param message who does not answer, for example {@code /mnt/x does not answer}
   */
  public UnansweredException(String message) {
    super(message);
  }
}
