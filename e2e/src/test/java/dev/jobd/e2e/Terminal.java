package dev.jobd.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * A shell in a terminal of its own, which script(1) makes, and all that it shows. Closing ends it.
 */
record Terminal(Process script, Capture shown) implements AutoCloseable {
  /** Runs {@code commands} in the environment of {@code user}. */
  static Terminal start(Jobctl user, String commands) throws IOException {
    ProcessBuilder builder = user.with("TERM", "xterm").command();
    Process script = builder.command("script", "-qefc", commands, "/dev/null").start();
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
