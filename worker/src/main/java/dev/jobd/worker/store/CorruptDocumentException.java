package dev.jobd.worker.store;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A stored document that this version cannot read. */
final class CorruptDocumentException extends IOException {
  CorruptDocumentException(String problem) {
    super(problem);
  }

  CorruptDocumentException(String problem, @Nullable Throwable cause) {
    super(problem, cause);
  }
}
