package dev.jobd.worker.output;

import java.nio.file.Path;

/**
 * The two files that a journal is made of. Each is as the shim wrote it, or compressed ({@link
 * BlockFile}) once its job has ended; both for a moment, and then they hold the same.
 */
public enum JournalPart {
  /** The bytes of both streams. */
  OUTPUT("output", 64 << 10),

  /** Which bytes came from which stream, and when. Looked into here and there: small blocks. */
  INDEX("index", 16 << 10);

  private final String name;
  private final int blockBytes;

  JournalPart(String name, int blockBytes) {
    this.name = name;
    this.blockBytes = blockBytes;
  }

  /** The file as the shim writes it. */
  public Path plain(Path directory) {
    return directory.resolve(name);
  }

  /** The same compressed, whole from the moment that it has this name. */
  public Path compressed(Path directory) {
    return directory.resolve(name + ".gz");
  }

  /** Where it is made; of no use to anybody else. */
  Path draft(Path directory) {
    return directory.resolve(name + ".gz.tmp");
  }

  /** What is compressed together, and what a reader holds of it at a time. */
  int blockBytes() {
    return blockBytes;
  }
}
