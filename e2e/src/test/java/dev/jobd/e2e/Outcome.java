package dev.jobd.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/**
 * What a program did: how it ended and every byte that it wrote, but for the {@link WaitingWord}.
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Outcome(List<String> command, int exitCode, byte[] stdout, byte[] stderr) {

  String out() {
    return new String(stdout, UTF_8);
  }

  String err() {
    return new String(stderr, UTF_8);
  }

  /** The one word or line on stdout. */
  String line() {
    return out().strip();
  }

  Outcome hasExitCode(int expected) {
    assertThat(exitCode).as("exit code of %s", this).isEqualTo(expected);
    return this;
  }

  Outcome succeeded() {
    return hasExitCode(0);
  }

  /** Ended with {@code code}, nothing on stdout, and one line for people on stderr. */
  Outcome failedWith(int code) {
    hasExitCode(code);
    assertThat(out()).as("stdout of %s", this).isEmpty();
    assertThat(err().lines()).as("stderr of %s", this).hasSize(1);
    return this;
  }

  @Override
  public String toString() {
    return "%s%nexit code: %d%nstdout: %s%nstderr: %s"
        .formatted(String.join(" ", command), exitCode, out(), err());
  }
}
