package dev.jobd.worker.output;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One file of a journal, to be read at any offset, whichever form it has on the disk. Once open it
 * stays readable, also when the form is changed or the file removed. Not for use by several threads
 * at one time.
 */
sealed interface JournalFile extends Closeable permits PlainFile, BlockFile {

  /** Opens a part of the journal in a job's directory; {@code null} where it is not there. */
  static @Nullable JournalFile open(Path directory, JournalPart part) throws IOException {
    try {
      return PlainFile.open(part.plain(directory));
    } catch (NoSuchFileException e) {
      // Where it has just been removed, the other has its name already: in this order it is found.
    }
    try {
      return BlockFile.open(directory, part);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /**
   * Whether reads from now on may wait for the disk, as at first they may. Where not, they fail
   * with {@link NotCachedException} rather than do so.
   */
  void waitForDisk(boolean allowed);

  /** How many bytes there are to read, now. */
  long size() throws IOException;

  /**
   * Reads some of what is asked for, as {@link FileChannel#read(ByteBuffer, long)} does.
   *
   * @return how many bytes, or -1 where the file ends before {@code position}
   */
  int read(ByteBuffer bytes, long position) throws IOException;
}
