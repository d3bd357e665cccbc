package dev.jobd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.v1.OutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogsCommandTest {
  private static final String ENDED = "be3936f3-b4a2-486a-a1d8-df885e34386c";

  private FakeJobd jobd;
  private Shell shell;

  @BeforeEach
  void start(@TempDir Path home) throws IOException {
    jobd = FakeJobd.start();
    shell = Shell.at(home, jobd.port());
    jobd.add(FakeJobd.ended(FakeJobd.running(ENDED, "date"), FakeJobd.exited(3)));
    jobd.write(OutputStream.OUTPUT_STREAM_STDOUT, "out\n");
    jobd.write(OutputStream.OUTPUT_STREAM_STDERR, "err\n");
  }

  @AfterEach
  void stop() {
    jobd.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"logs", "stream", "logs -s all", "stream --format raw"})
  void eachStreamGoesToTheDescriptorOfItsName(String line) throws InterruptedException {
    assertThat(shell.run((line + " " + ENDED).split(" ")))
        .isEqualTo(new Shell.Result(0, "out\n", "err\n"));
    assertThat(jobd.reads.getFirst().getNoFollow()).isFalse();
    assertThat(jobd.reads.getFirst().getStreamsList()).isEmpty();
  }

  @Test
  void theServerPicksTheStreamAndTheBeginning() throws InterruptedException {
    shell.run("logs", "-s", "stderr", "--from", "12", "--no-follow", ENDED);

    assertThat(jobd.reads.getFirst().getStreamsList())
        .containsExactly(OutputStream.OUTPUT_STREAM_STDERR);
    assertThat(jobd.reads.getFirst().getOffset()).isEqualTo(12);
    assertThat(jobd.reads.getFirst().getNoFollow()).isTrue();
  }

  @Test
  void oneStreamAloneIsDataForStandardOutput() throws InterruptedException {
    assertThat(shell.run("logs", "-s", "stderr", ENDED).err()).isEmpty();
  }

  @Test
  void jsonAndPrefixedGoToStandardOutput() throws InterruptedException {
    assertThat(shell.run("logs", "--format", "json", ENDED).out())
        .isEqualTo(
            """
            {"log":"out\\n","stream":"stdout","time":"2022-01-24T10:00:00Z"}
            {"log":"err\\n","stream":"stderr","time":"2022-01-24T10:00:00Z"}
            """);
    assertThat(shell.run("logs", "-t", "--format", "prefixed", ENDED).out())
        .isEqualTo(
            """
            2022-01-24T10:00:00.000000Z stdout | out
            2022-01-24T10:00:00.000000Z stderr | err
            """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-s both", "--format xml", "--from x", "--tail 3"})
  void aWrongOptionIsAUsageError(String options) throws InterruptedException {
    assertThat(shell.run(("logs " + options + " " + ENDED).split(" ")).exitCode()).isEqualTo(2);
  }

  @Test
  void aReaderThatHasGoneIsQuiet() throws InterruptedException {
    Shell.Result result =
        shell.run(new ByteArrayOutputStream(), failing("Broken pipe"), "logs", ENDED);

    assertThat(result).isEqualTo(new Shell.Result(141, "", ""));
  }

  @Test
  void aFullDiskIsTold() throws InterruptedException {
    Shell.Result result =
        shell.run(new ByteArrayOutputStream(), failing("No space left on device"), "logs", ENDED);

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo("jobctl: cannot write the output: No space left on device\n");
  }

  private static WritableByteChannel failing(String why) {
    return new WritableByteChannel() {
      @Override
      public int write(ByteBuffer bytes) throws IOException {
        throw new IOException(why);
      }

      @Override
      public boolean isOpen() {
        return true;
      }

      @Override
      public void close() {}
    };
  }
}
