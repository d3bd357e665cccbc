package dev.jobd.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.Errors;
import dev.jobd.api.v1.InputEnd;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of stdin with {@code -i}. */
class InputFeedTest {
  private static final String FIRST_ID = "8de11b74-5cd9-4769-b40d-000000000001";
  private static final int LENGTH = 3 << 20;

  private FakeJobd jobd;
  private Shell shell;

  @BeforeEach
  void start(@TempDir Path home) throws IOException {
    jobd = FakeJobd.start();
    jobd.verdict = null;
    shell = Shell.at(home, jobd.port());
  }

  @AfterEach
  void stop() {
    jobd.close();
  }

  private static byte[] every() {
    byte[] every = new byte[LENGTH];
    for (int i = 0; i < every.length; i++) {
      every[i] = (byte) (i + (i >> 8));
    }
    return every;
  }

  private static InputStream text(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }

  @Test
  void startSendsItByteByByteAndEndsWhenTheJobHasIt() throws Exception {
    shell.stdin = new ByteArrayInputStream(every());

    assertThat(shell.run("start", "-i", "cat")).isEqualTo(new Shell.Result(0, FIRST_ID + "\n", ""));
    assertThat(jobd.input.bytes()).isEqualTo(every());
    assertThat(jobd.input.ended()).isTrue();
    assertThat(jobd.started.getFirst().getOpenStdin()).isTrue();
  }

  @Test
  void anEmptyOneEndsAtOnce() throws Exception {
    assertThat(shell.run("start", "--interactive", "cat").exitCode()).isZero();
    assertThat(jobd.input.bytes()).isEmpty();
    assertThat(jobd.input.ended()).isTrue();
  }

  @Test
  void itIsNobodysWithoutTheOption() throws Exception {
    shell.stdin = text("mine");

    assertThat(shell.run("start", "cat").exitCode()).isZero();
    assertThat(jobd.started.getFirst().getOpenStdin()).isFalse();
    assertThat(jobd.input.calls()).isEmpty();
    assertThat(shell.stdin.readAllBytes()).hasSize(4);
  }

  @Test
  void anotherCallGoesOnWhereOneWasLost() throws Exception {
    shell.stdin = new ByteArrayInputStream(every());
    jobd.input.failsOnceAt(1_000_000, Status.UNAVAILABLE.asRuntimeException());

    Shell.Result result = shell.run("start", "-i", "cat");

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).contains("lost localhost").contains("is back");
    assertThat(jobd.input.bytes()).isEqualTo(every());
    assertThat(jobd.input.calls()).containsExactly(FIRST_ID, FIRST_ID);
  }

  @Test
  void aStartThatIsRepeatedGoesOnWithTheSameInput() throws Exception {
    shell.stdin = new ByteArrayInputStream(every());
    jobd.input.has(Arrays.copyOf(every(), 1_234_567));

    assertThat(shell.run("start", "-i", "--request-id", "once", "cat").exitCode()).isZero();
    assertThat(jobd.input.bytes()).isEqualTo(every());
  }

  @Test
  void aStartThatIsRepeatedWithLessInputFailsAndDoesNotEndIt() throws Exception {
    shell.stdin = text("abc");
    jobd.input.has(new byte[10]);

    Shell.Result result = shell.run("start", "-i", "--request-id", "once", "cat");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo(
            "jobctl: cannot send the input of %s: it has taken 10 bytes, and this input has only 3%n"
                .formatted(FIRST_ID));
    assertThat(jobd.input.ended()).isFalse();
  }

  @Test
  void aJobThatTakesNoMoreIsNoFailureButAWord() throws Exception {
    shell.stdin = text("abcdef");
    jobd.input.takesOnly(4, InputEnd.INPUT_END_CLOSED_BY_JOB);

    assertThat(shell.run("start", "-i", "head", "-c4"))
        .isEqualTo(
            new Shell.Result(
                0,
                FIRST_ID + "\n",
                "jobctl: job " + FIRST_ID + " closed its stdin before it had all of its input\n"));
  }

  @Test
  void aJobThatHasAllBeforeTheEndIsNotWorthAWord() throws Exception {
    shell.stdin = new SequenceInputStream(text("abcd"), endless());
    jobd.input.takesOnly(4, InputEnd.INPUT_END_JOB_ENDED);

    assertThat(shell.run("start", "-i", "head", "-c4"))
        .isEqualTo(new Shell.Result(0, FIRST_ID + "\n", ""));
  }

  private static InputStream endless() throws IOException {
    return new PipedInputStream(new PipedOutputStream());
  }

  @Test
  void whatCannotBeReadIsAFailureAndNoEnd() throws Exception {
    shell.stdin = new SequenceInputStream(text("abc"), new PipedInputStream());

    Shell.Result result = shell.run("start", "-i", "cat");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo(
            ("jobctl: cannot read stdin: Pipe not connected; the job waits for the rest of its"
                    + " input; jobctl stop %s ends it\n")
                .formatted(FIRST_ID));
    assertThat(jobd.input.ended()).isFalse();
  }

  @Test
  void whoeverIsReplacedFails() throws Exception {
    shell.stdin = text("abc");
    jobd.input.failsOnceAt(0, Errors.inputReplaced(FIRST_ID));

    Shell.Result result = shell.run("start", "-i", "cat");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("another call sends the input of job " + FIRST_ID + " now");
  }

  @Test
  void runEndsWithTheJobWhileStdinIsOpen() throws Exception {
    shell.stdin = endless();
    jobd.verdict = FakeJobd.exited(7);

    assertThat(shell.run("run", "-i", "cat")).isEqualTo(new Shell.Result(7, "", ""));
  }

  @Test
  void runEndsWhereItCannotSendTheInput() throws Exception {
    shell.stdin = text("abc");
    jobd.input.failsOnceAt(0, Errors.inputReplaced(FIRST_ID));

    Shell.Result result = shell.run("run", "-i", "cat");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("another call sends the input of job " + FIRST_ID + " now");
  }
}
