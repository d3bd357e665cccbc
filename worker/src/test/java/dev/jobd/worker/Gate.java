package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/** Where a job waits until the test lets it pass: a FIFO from which it reads a line. */
final class Gate implements AutoCloseable {
  private final Path fifo;
  private final RandomAccessFile open;

  private Gate(Path fifo, RandomAccessFile open) {
    this.fifo = fifo;
    this.open = open;
  }

  static Gate create(Path fifo) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).inheritIO().start().waitFor())
        .isZero();
    // For both, so that neither this nor the job waits for the other to open it.
    return new Gate(fifo, new RandomAccessFile(fifo.toFile(), "rw"));
  }

  /** A shell's command that waits. */
  String pass() {
    return "read -r _ < " + fifo;
  }

  void open() throws IOException {
    open.write('\n');
  }

  @Override
  public void close() throws IOException {
    open.close();
  }
}
