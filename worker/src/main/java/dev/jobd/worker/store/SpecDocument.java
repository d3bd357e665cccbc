package dev.jobd.worker.store;

import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A {@link JobSpec} as bytes. Any change of what is written is a new version; the old ones stay
 * readable.
 */
final class SpecDocument {
  static final int VERSION = 1;

  private SpecDocument() {}

  static byte[] encode(JobSpec spec) throws IOException {
    DocumentOutput out = new DocumentOutput(VERSION);
    out.writeTexts(spec.argv());
    out.writeTexts(spec.env());
    out.writeText(spec.workingDirectory());
    out.writeOptionalText(spec.name());
    out.writeTexts(spec.labels());
    writeLimits(out, spec.limits());
    return out.toByteArray();
  }

  static JobSpec decode(byte[] document) throws CorruptDocumentException {
    return DocumentInput.read("specification", VERSION, document, SpecDocument::readSpec);
  }

  private static JobSpec readSpec(DocumentInput in) throws IOException {
    return new JobSpec(
        in.readTextList(),
        in.readTextMap(),
        in.readText(),
        in.readOptionalText(),
        in.readTextMap(),
        readLimits(in));
  }

  private static void writeLimits(DocumentOutput out, Limits limits) throws IOException {
    out.writeOptionalLong(limits.cpuMillis());
    out.writeOptionalLong(limits.memoryBytes());
    out.writeOptionalLong(limits.pids());
    out.writeOptionalLong(limits.timeout() == null ? null : limits.timeout().toNanos());
    out.writeOptionalLong(limits.outputBytes());
  }

  private static Limits readLimits(DocumentInput in) throws IOException {
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
