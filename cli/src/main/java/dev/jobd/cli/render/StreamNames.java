package dev.jobd.cli.render;

import dev.jobd.api.v1.OutputStream;

/** The names of the output streams. */
final class StreamNames {
  private StreamNames() {}

  static String of(OutputStream stream) {
    return switch (stream) {
      case OUTPUT_STREAM_STDOUT -> "stdout";
      case OUTPUT_STREAM_STDERR -> "stderr";
      case OUTPUT_STREAM_UNSPECIFIED, UNRECOGNIZED -> "unknown";
    };
  }
}
