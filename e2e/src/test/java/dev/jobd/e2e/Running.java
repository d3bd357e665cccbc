package dev.jobd.e2e;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that a test started. Closing kills it if it still runs. */
record Running(List<String> command, Process process, Capture stdout, Capture stderr)
    implements AutoCloseable {

  /** How many times as long as elsewhere things may take: in the guest, which is emulated, many. */
  static final int PATIENCE = Integer.getInteger("jobd.test.patience", 1);

  /** No program here has a reason to take longer, on the slowest of machines. */
  static final Duration BOUND = Duration.ofMinutes(2L * PATIENCE);

  /** With nothing to read. */
  static Running start(ProcessBuilder builder) throws IOException {
    Running running = startToFeed(builder);
    running.process.getOutputStream().close();
    return running;
  }

  /** Its stdin is the test's to write. */
  static Running startToFeed(ProcessBuilder builder) throws IOException {
    Process process = builder.start();
    return new Running(
        List.copyOf(builder.command()),
        process,
        Capture.of(process.getInputStream()),
        Capture.of(process.getErrorStream()));
  }

  /** Waits for the program's end. */
  Outcome await() throws InterruptedException {
    if (!process.waitFor(BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(
          "still running after %s: %s".formatted(BOUND, String.join(" ", command)));
    }
    return new Outcome(
        command,
        process.exitValue(),
        stdout.awaitEnd(BOUND),
        WaitingWord.removedFrom(stderr.awaitEnd(BOUND)));
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
