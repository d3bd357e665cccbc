package dev.jobd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.Errors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of words and output where they cannot be written. */
class UnwritableTest {
  private static final String FIRST_JOB = "8de11b74-5cd9-4769-b40d-000000000001";

  private FakeJobd jobd;
  private Shell shell;

  @BeforeEach
  void start(@TempDir Path home) throws IOException {
    jobd = FakeJobd.start();
    shell = Shell.at(home, jobd.port());
  }

  @AfterEach
  void stop() {
    jobd.close();
  }

  @ParameterizedTest
  @CsvSource({"Broken pipe", "No space left on device", "Bad file descriptor"})
  void wordsThatNobodyCanReadLeaveTheExitCodeAsItIs(String why) throws InterruptedException {
    Unwritable stderr = new Unwritable(why);
    jobd.verdict = FakeJobd.killed(11);
    assertThat(withStderr(stderr, "run", "crash")).isEqualTo(139);
    assertThat(withStderr(stderr, "status", "nosuch")).isEqualTo(3);
    assertThat(withStderr(stderr, "status", "--nosuch")).isEqualTo(2);

    jobd.startFailure = Errors.startFailed(FIRST_JOB, "words", "exec", 2, "No such file");
    assertThat(withStderr(stderr, "run", "nosuch")).isEqualTo(127);
  }

  private int withStderr(Unwritable stderr, String... line) throws InterruptedException {
    return shell.run(Channels.newChannel(new ByteArrayOutputStream()), stderr, line);
  }
}
