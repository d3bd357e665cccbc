package dev.jobd.api;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A PEM file that cannot be used. Its message is one line: the file, what is wrong, and where there
 * is one, the way out.
 */
public final class PemException extends IOException {
  PemException(Path file, String problem, @Nullable Throwable cause) {
    super(file + ": " + problem, cause);
  }

  PemException(Path file, String problem) {
    this(file, problem, null);
  }
}
