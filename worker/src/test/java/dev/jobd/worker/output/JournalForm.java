package dev.jobd.worker.output;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The forms that a journal has: what holds for readers of one holds for those of the other. */
enum JournalForm {
  PLAIN,
  COMPRESSED;

  /** So short that many a read crosses from one block to the next. */
  private static final int OUTPUT_BLOCK_BYTES = 7;

  /** More than a record, and no multiple of one. */
  private static final int INDEX_BLOCK_BYTES = 101;

  /** Where the journal of {@code directory}, as it is now, can be read in this form. */
  Path of(Path directory) throws IOException {
    if (this == PLAIN) {
      return directory;
    }
    Path other = Files.createTempDirectory(directory, "compressed");
    for (JournalPart part : JournalPart.values()) {
      if (Files.exists(part.plain(directory))) {
        Files.copy(part.plain(directory), part.plain(other));
        int blockBytes = part == JournalPart.OUTPUT ? OUTPUT_BLOCK_BYTES : INDEX_BLOCK_BYTES;
        compress(other, part, blockBytes);
      }
    }
    return other;
  }

  /** Whether that saves anything or not. */
  static void compress(Path directory, JournalPart part, int blockBytes) throws IOException {
    CompressedDraft.Bounds all = new CompressedDraft.Bounds(0, Double.MAX_VALUE, blockBytes);
    try (CompressedDraft draft = requireNonNull(CompressedDraft.begin(directory, part, all))) {
      boolean more = true;
      while (more) {
        more = draft.step();
      }
      draft.name();
      draft.removePlain();
    }
  }

  /** Ends a test of a journal that is written while it is read. */
  void assumeItGrows() {
    assumeTrue(this == PLAIN, "a compressed journal does not grow");
  }

  /** Ends a test of a journal that would take long to compress. */
  void assumeItMayBeHuge() {
    assumeTrue(this == PLAIN, "a huge hole would be compressed in blocks of some bytes");
  }
}
