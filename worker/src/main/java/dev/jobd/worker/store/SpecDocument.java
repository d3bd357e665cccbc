package dev.jobd.worker.store;

import dev.jobd.worker.model.JobSpec;
import java.io.IOException;

/**
 * A {@link JobSpec} as bytes. Any change of what is written is a new version; the old ones stay
 * readable: version 1 did not say whether the output is merged, up to version 2 the limits were
 * those of the first version, and up to version 3 nothing was said of stdin and of what a job
 * leaves running.
 */
final class SpecDocument {
  static final int VERSION = 4;

  private SpecDocument() {}

  static byte[] encode(JobSpec spec) throws IOException {
    DocumentOutput out = new DocumentOutput(VERSION);
    out.writeTexts(spec.argv());
    out.writeTexts(spec.env());
    out.writeText(spec.workingDirectory());
    out.writeOptionalText(spec.name());
    out.writeTexts(spec.labels());
    LimitsDocument.write(out, spec.limits());
    out.writeByte(spec.mergeOutput() ? 1 : 0);
    out.writeByte(spec.openStdin() ? 1 : 0);
    out.writeByte(spec.waitForTree() ? 1 : 0);
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
        in.version() > 2 ? LimitsDocument.read(in) : LimitsDocument.readFirst(in),
        in.version() > 1 && in.readPresence(),
        in.version() > 3 && in.readPresence(),
        in.version() > 3 && in.readPresence());
  }
}
