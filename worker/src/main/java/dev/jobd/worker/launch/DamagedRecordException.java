package dev.jobd.worker.launch;

import java.io.IOException;

/**
 * An exit record that is there, can be read, and is not one. Reading it again would say the same,
 * unlike after any other {@link IOException}.
 */
public final class DamagedRecordException extends IOException {
  DamagedRecordException(IllegalArgumentException damage) {
    super("its exit record is damaged: " + damage.getMessage(), damage);
  }
}
