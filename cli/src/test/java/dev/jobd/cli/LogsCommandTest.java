package dev.jobd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.Errors;
import dev.jobd.api.v1.OutputStream;
import dev.jobd.api.v1.StreamOutputRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
    jobd.output.write(OutputStream.OUTPUT_STREAM_STDOUT, "out\n");
    jobd.output.write(OutputStream.OUTPUT_STREAM_STDERR, "err\n");
  }

  @AfterEach
  void stop() {
    jobd.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "logs",
        "stream",
        "logs -s all",
        "stream --format raw",
        "logs -f",
        "logs --follow"
      })
  void eachStreamGoesToTheDescriptorOfItsName(String line) throws InterruptedException {
    assertThat(shell.run((line + " " + ENDED).split(" ")))
        .isEqualTo(new Shell.Result(0, "out\n", "err\n"));
    assertThat(jobd.reads.getFirst().getFollow()).isTrue();
    assertThat(jobd.reads.getFirst().getStreamsList()).isEmpty();
  }

  @Test
  void theServerPicksTheStreamAndTheBeginning() throws InterruptedException {
    shell.run("logs", "-s", "stderr", "--from", "12", "--no-follow", ENDED);

    assertThat(jobd.reads.getFirst().getStreamsList())
        .containsExactly(OutputStream.OUTPUT_STREAM_STDERR);
    assertThat(jobd.reads.getFirst().getOffset()).isEqualTo(12);
    assertThat(jobd.reads.getFirst().getFollow()).isFalse();
  }

  @Test
  void aBeginningBeyondTheOutputIsTold() throws InterruptedException {
    jobd.add(
        FakeJobd.ended(FakeJobd.running(ENDED, "date"), FakeJobd.exited(3)).toBuilder()
            .setOutputBytes(8)
            .build());

    assertThat(shell.run("logs", "--from", "8", ENDED).err()).isEmpty();
    assertThat(shell.run("logs", "--from", "9", "date").err())
        .isEqualTo("jobctl: --from 9 is beyond the output, which has 8 bytes so far\n");
  }

  @Test
  void aBeginningWithinARunningJobsOutputIsNotBeyondIt() throws Exception {
    String live = "a62dfccc-2ff9-411d-a9ef-d4812ed3d867";
    jobd.add(FakeJobd.running(live, "live").toBuilder().setOutputBytes(8).build());

    assertThat(shell.run("logs", "--no-follow", "--from", "4", "live").err()).isEqualTo("err\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--tail", "-n"})
  void theServerPicksTheLastLinesAndTheTimes(String tail) throws InterruptedException {
    Instant before = Instant.now().minus(Duration.ofMinutes(10));
    shell.run("logs", tail, "0", "--since", "10m", "--until", "2100-01-31", ENDED);

    StreamOutputRequest request = jobd.reads.getFirst();
    assertThat(request.hasTailLines()).isTrue();
    assertThat(request.getTailLines()).isZero();
    assertThat(
            Instant.ofEpochSecond(request.getSince().getSeconds(), request.getSince().getNanos()))
        .isBetween(before, Instant.now().minus(Duration.ofMinutes(10)));
    assertThat(request.getUntil().getSeconds())
        .isEqualTo(Instant.parse("2100-01-31T00:00:00Z").getEpochSecond());
  }

  @ParameterizedTest
  @ValueSource(strings = {"logs " + ENDED, "list -q"})
  void aBeginningInTheFutureIsTold(String line) throws InterruptedException {
    Shell.Result result = shell.run((line + " --since 2100-01-31").split(" "));

    assertThat(result.exitCode()).isZero();
    assertThat(result.err())
        .startsWith(
            "jobctl: --since 2100-01-31T00:00:00Z is in the future: there is nothing from then on"
                + " yet\n");
    assertThat(shell.run((line + " --until 2100-01-31").split(" ")).err()).doesNotContain("future");
  }

  @ParameterizedTest
  @ValueSource(strings = {"logs " + ENDED, "list"})
  void anEndBeforeTheBeginningIsAUsageError(String line) throws InterruptedException {
    assertThat(shell.run((line + " --since 2026-01-31 --until 2026-01-30").split(" ")))
        .isEqualTo(
            new Shell.Result(
                2,
                "",
                "jobctl: --until must be after --since, 2026-01-31T00:00:00Z, was"
                    + " 2026-01-30T00:00:00Z\n"));
  }

  @Test
  void whatTheServerRefusesIsToldInTheWordsOfTheOption() throws InterruptedException {
    jobd.readFailure = Errors.invalidField("tail_lines", "must be at least 0, was -1");

    assertThat(shell.run("logs", "--tail", "-1", ENDED))
        .isEqualTo(
            new Shell.Result(
                2,
                "",
                "jobctl: cannot read the output of "
                    + ENDED
                    + ": --tail must be at least 0, was -1\n"));
  }

  @Test
  void withoutBoundsNoneAreAskedFor() throws InterruptedException {
    shell.run("logs", ENDED);

    assertThat(jobd.reads)
        .containsExactly(StreamOutputRequest.newBuilder().setJob(ENDED).setFollow(true).build());
  }

  @Test
  void coloursAndHarmlessTextAreForTerminals() throws InterruptedException {
    jobd.output.write(OutputStream.OUTPUT_STREAM_STDOUT, "\u001b[2J\n");
    String[] prefixed = {"logs", "--format", "prefixed", ENDED};
    String plain = "stdout | out\nstderr | err\nstdout | \\u001b[2J\n";

    assertThat(shell.run(prefixed).out()).isEqualTo(plain.replace("\\u001b", "\u001b"));
    shell.terminal = true;
    assertThat(shell.run(prefixed).out()).isEqualTo(plain);
    shell.variables.put("TERM", "xterm");
    assertThat(shell.run(prefixed).out())
        .startsWith("\u001b[32mstdout\u001b[0m | out\n\u001b[31mstderr\u001b[0m | err\n")
        .endsWith(" | \\u001b[2J\n");
    shell.variables.put("NO_COLOR", "1");
    assertThat(shell.run(prefixed).out()).isEqualTo(plain);
    assertThat(shell.run("logs", ENDED).out()).isEqualTo("out\n\u001b[2J\n");
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
            {"log":"out\\n","stream":"stdout","time":"2022-01-24T10:00:00.000000000Z"}
            {"log":"err\\n","stream":"stderr","time":"2022-01-24T10:00:00.000000000Z"}
            """);
    assertThat(shell.run("-o", "json", "logs", ENDED).out())
        .isEqualTo(shell.run("logs", "--format", "json", "-o", "json", ENDED).out())
        .startsWith("{\"log\":");
    assertThat(shell.run("logs", "-t", "--format", "prefixed", ENDED).out())
        .isEqualTo(
            """
            2022-01-24T10:00:00.000000Z stdout | out
            2022-01-24T10:00:00.000000Z stderr | err
            """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-s both",
        "--format xml",
        "--from x",
        "--tail x",
        "--since x",
        "--until 10",
        "-f --no-follow",
        "-o json --format raw",
        "-o table",
        "-o name"
      })
  void aWrongOptionIsAUsageError(String options) throws InterruptedException {
    assertThat(shell.run(("logs " + options + " " + ENDED).split(" ")).exitCode()).isEqualTo(2);
  }

  @Test
  void aReaderThatHasGoneIsQuiet() throws InterruptedException {
    Shell.Result result =
        shell.run(new ByteArrayOutputStream(), Unwritable.WITHOUT_READER, "logs", ENDED);

    assertThat(result).isEqualTo(new Shell.Result(141, "", ""));
  }

  @Test
  void aFullDiskIsTold() throws InterruptedException {
    Shell.Result result = shell.run(new ByteArrayOutputStream(), Unwritable.FULL, "logs", ENDED);

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo("jobctl: cannot write the output: No space left on device\n");
  }
}
