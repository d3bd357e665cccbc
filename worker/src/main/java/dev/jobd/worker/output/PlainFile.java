package dev.jobd.worker.output;

import dev.jobd.worker.libc.ErrnoException;
import dev.jobd.worker.libc.Libc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A file as the shim writes it. Not read through a {@code FileChannel}, which cannot be asked for
 * what is in memory alone.
 */
final class PlainFile implements JournalFile {
  private static final int ENOENT = 2;
  private static final int CLOSED = -1;

  private final String path;
  private int fd;
  private boolean waits = true;

  private PlainFile(String path, int fd) {
    this.path = path;
    this.fd = fd;
  }

  /**
   * @throws NoSuchFileException where it is not there
   */
  static PlainFile open(Path path) throws IOException {
    try {
      return new PlainFile(path.toString(), Libc.openToRead(path.toString()));
    } catch (ErrnoException e) {
      throw e.errno() == ENOENT ? new NoSuchFileException(path.toString()) : e;
    }
  }

  @Override
  public void waitForDisk(boolean allowed) {
    waits = allowed;
  }

  @Override
  public long size() throws IOException {
    return Libc.size(descriptor(), path);
  }

  @Override
  public int read(ByteBuffer bytes, long position) throws IOException {
    int count =
        waits
            ? Libc.read(descriptor(), bytes, position, path)
            : Libc.readIfCached(descriptor(), bytes, position, path);
    if (count == Libc.NOT_CACHED) {
      throw new NotCachedException();
    }
    return count == 0 ? -1 : count;
  }

  /** Never one that was closed: its number may be another file's by now. */
  private int descriptor() throws ClosedChannelException {
    if (fd == CLOSED) {
      throw new ClosedChannelException();
    }
    return fd;
  }

  @Override
  public void close() {
    if (fd != CLOSED) {
      Libc.close(fd);
      fd = CLOSED;
    }
  }
}
