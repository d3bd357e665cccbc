package dev.jobd.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;

/**
 * System calls on one file that fail with EIO, as on a disk that is broken: strace(1) has the
 * kernel answer so to a process, from when this is made until it is closed.
 */
final class FailingCalls implements AutoCloseable {
  private final Process strace;

  private FailingCalls(Process strace) {
    this.strace = strace;
  }

  /**
   * @param calls their names, separated by commas
   */
  static FailingCalls of(long process, String calls, Path file) throws IOException {
    Process strace =
        new ProcessBuilder(
                "strace",
                "--follow-forks",
                "--attach=" + process,
                "--output=/dev/null",
                "--trace-path=" + file,
                "--inject=" + calls + ":error=EIO")
            .redirectErrorStream(true)
            .start();
    BufferedReader said = strace.inputReader();
    String first = said.readLine(); // "strace: Process N attached"
    if (first == null || !first.contains("attached")) {
      throw new IOException("strace did not attach to process " + process + ": " + first);
    }
    // It goes on telling of each new thread, and must not wait for somebody who reads it.
    Thread.ofVirtual().start(() -> said.lines().forEach(line -> {}));
    return new FailingCalls(strace);
  }

  /** SIGTERM has strace let go of what it is attached to. */
  @Override
  public void close() {
    strace.destroy();
    strace.onExit().join();
  }
}
