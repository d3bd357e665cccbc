package dev.jobd.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A shell in a terminal of its own, which script(1) makes, and all that it shows. Closing ends it.
 */
record Terminal(Process script, Capture shown) implements AutoCloseable {
  private static final Path SCRIPT = Path.of("/usr/bin/script");

  /** Runs {@code commands} in the environment of {@code user}; skips the test without script(1). */
  static Terminal start(Jobctl user, String commands) throws IOException {
    assumeTrue(Files.isExecutable(SCRIPT), "needs " + SCRIPT + " for a terminal");
    ProcessBuilder builder = user.with("TERM", "xterm").command();
    Process script = builder.command(SCRIPT.toString(), "-qefc", commands, "/dev/null").start();
    return new Terminal(script, Capture.of(script.getInputStream()));
  }

  void type(int key) throws IOException {
    script.getOutputStream().write(key);
    script.getOutputStream().flush();
  }

  /** Waits for the shell's end; all that was shown. */
  String awaitEnd() throws InterruptedException {
    assertThat(script.waitFor(Running.BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return new String(shown.awaitEnd(Running.BOUND), UTF_8);
  }

  @Override
  public void close() {
    script.destroyForcibly();
  }
}
