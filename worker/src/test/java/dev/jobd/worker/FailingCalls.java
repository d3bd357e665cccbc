package dev.jobd.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;

/**
 * System calls on one file that fail with EIO, as on a disk that is broken: strace(1) has the
 * kernel answer so to a thread, from when this is made until it is closed.
 */
final class FailingCalls implements AutoCloseable {
  private final Process strace;

  private FailingCalls(Process strace) {
    this.strace = strace;
  }

  /**
   * @param thread by the kernel's id; that of a process is its first. No more are traced: one that
   *     spawns a process meanwhile would never be let go of
   * @param calls their names, separated by commas
   */
  static FailingCalls of(long thread, String calls, Path file) throws IOException {
    Process strace =
        new ProcessBuilder(
                "strace",
                "--attach=" + thread,
                "--output=/dev/null",
                "--trace-path=" + file,
                "--inject=" + calls + ":error=EIO")
            .redirectErrorStream(true)
            .start();
    BufferedReader said = strace.inputReader();
    String first = said.readLine(); // "strace: Process N attached"
    if (first == null || !first.contains("attached")) {
      throw new IOException("strace did not attach to " + thread + ": " + first);
    }
    return new FailingCalls(strace);
  }

  /** SIGTERM has strace let go of what it is attached to. */
  @Override
  public void close() {
    strace.destroy();
    strace.onExit().join();
  }
}
