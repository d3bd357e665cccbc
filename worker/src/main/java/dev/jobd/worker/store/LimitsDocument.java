package dev.jobd.worker.store;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * {@link Limits} as bytes. Any change of what is written is a new version; the old ones stay
 * readable.
 */
final class LimitsDocument {
  static final int VERSION = 1;

  private LimitsDocument() {}

  static byte[] encode(Limits limits) throws IOException {
    DocumentOutput out = new DocumentOutput(VERSION);
    write(out, limits);
    return out.toByteArray();
  }

  static Limits decode(byte[] document) throws CorruptDocumentException {
    return DocumentInput.read("limits", VERSION, document, LimitsDocument::read);
  }

  /** As the first version of a document has them that holds limits among other things. */
  static void write(DocumentOutput out, Limits limits) throws IOException {
    out.writeOptionalLong(limits.cpuMillis());
    out.writeOptionalLong(limits.memoryBytes());
    out.writeOptionalLong(limits.pids());
    out.writeOptionalLong(limits.timeout() == null ? null : limits.timeout().toNanos());
    out.writeOptionalLong(limits.outputBytes());
  }

  /** What {@link #write} wrote. */
  static Limits read(DocumentInput in) throws IOException {
    return new Limits(
        in.readOptionalLong(),
        in.readOptionalLong(),
        in.readOptionalLong(),
        toDuration(in.readOptionalLong()),
        in.readOptionalLong());
  }

  private static @Nullable Duration toDuration(@Nullable Long nanos) {
    return nanos == null ? null : Duration.ofNanos(nanos);
  }
}
