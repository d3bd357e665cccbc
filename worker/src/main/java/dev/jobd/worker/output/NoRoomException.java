package dev.jobd.worker.output;

import java.io.IOException;

/** The disk has no room for what nothing depends on; nor has it for more of that, for now. */
public final class NoRoomException extends IOException {
  NoRoomException(String message) {
    super(message);
  }
}
