package dev.jobd.worker.launch;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An exit record that is there and tells this jobd nothing. Reading it again would not either,
 * unlike after any other {@link IOException}.
 */
public final class UnreadableRecordException extends IOException {
  private UnreadableRecordException(String problem, @Nullable Exception cause) {
    super("its exit record is " + problem, cause);
  }

  static UnreadableRecordException damaged(IllegalArgumentException how) {
    return new UnreadableRecordException("damaged: " + how.getMessage(), how);
  }

  /** As a shim leaves it that a later jobd started, on a host that then went back to this one. */
  static UnreadableRecordException ofVersion(String version) {
    return new UnreadableRecordException(
        "of version " + version + ", which a later jobd wrote and this one does not know", null);
  }
}
