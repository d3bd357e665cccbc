package dev.jobd.e2e;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Where jobs wait until the test lets them pass: a FIFO from which each of them reads a line. */
final class Gate implements AutoCloseable {
  private final Path fifo;
  private final RandomAccessFile open;

  private Gate(Path fifo, RandomAccessFile open) {
    this.fifo = fifo;
    this.open = open;
  }

  static Gate create(Path fifo) throws IOException, InterruptedException {
    if (new ProcessBuilder("mkfifo", fifo.toString()).inheritIO().start().waitFor() != 0) {
      throw new IOException("cannot make the FIFO " + fifo);
    }
    // For both, so that neither this nor the jobs wait for the other to open it.
    return new Gate(fifo, new RandomAccessFile(fifo.toFile(), "rw"));
  }

  /** A shell's command that waits. */
  String pass() {
    return "read -r _ < " + fifo;
  }

  void open(int jobs) throws IOException {
    open.write("\n".repeat(jobs).getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() throws IOException {
    open.close();
  }
}
