package dev.jobd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.jobd.api.Errors;
import dev.jobd.api.v1.OutputStream;
import dev.jobd.api.v1.StopJobRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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

  @Test
  void aJobWhoseReaderHasGoneIsStoppedWithTimeToEndAndWithoutAWord() throws InterruptedException {
    assertThat(runTo(Unwritable.WITHOUT_READER)).isEqualTo(new Shell.Result(141, "", ""));

    assertThat(jobd.stops)
        .containsExactly(
            StopJobRequest.newBuilder()
                .setJob(FIRST_JOB)
                .setSignal(15)
                .setGrace(Duration.newBuilder().setSeconds(StopOnSignal.GRACE_SECONDS))
                .build());
  }

  @Test
  void whereTheJobTookNoNoticeOfItThatIsSaid() throws InterruptedException {
    jobd.heedless = true;

    assertThat(runTo(Unwritable.WITHOUT_READER))
        .isEqualTo(new Shell.Result(141, "", "jobctl: stopped (signal: 9)\n"));
  }

  @Test
  void aJobWhoseOutputHasNoRoomIsStoppedAndWhereItIsIsSaid() throws InterruptedException {
    assertThat(runTo(Unwritable.FULL))
        .isEqualTo(
            new Shell.Result(
                1,
                "",
                "jobctl: cannot write the output: No space left on device; job stopped (signal:"
                    + " 15); jobctl logs "
                    + FIRST_JOB
                    + " prints all of it\n"));
  }

  @Test
  void whoMayNotStopItIsToldThatItRunsOn() throws InterruptedException {
    jobd.stopFailure = Errors.permissionDenied("role submitter may not stop jobs");

    Shell.Result result = runTo(Unwritable.WITHOUT_READER);

    assertThat(result.exitCode()).isEqualTo(4);
    assertThat(result.err())
        .startsWith("jobctl: cannot write the output: Broken pipe; cannot stop " + FIRST_JOB)
        .endsWith("; it runs on: jobctl logs " + FIRST_JOB + " follows it\n")
        .hasLineCount(1);
  }

  /** What is left by the run of a job that prints something and goes on. */
  private Shell.Result runTo(Unwritable stdout) throws InterruptedException {
    jobd.verdict = null;
    jobd.output.write(OutputStream.OUTPUT_STREAM_STDOUT, "out\n");
    return shell.run(new ByteArrayOutputStream(), stdout, "run", "yes");
  }
}
