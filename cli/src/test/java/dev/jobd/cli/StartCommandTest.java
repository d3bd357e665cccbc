package dev.jobd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.Errors;
import dev.jobd.api.v1.IoLimit;
import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StartCommandTest {
  private static final String FIRST_ID = "8de11b74-5cd9-4769-b40d-000000000001";

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
  @CsvSource({
    "start /bin/ls -l, /bin/ls -l",
    "start -- /bin/ls -l, /bin/ls -l",
    "start sleep 60 -u bob -o json --server x:1 --help, sleep 60 -u bob -o json --server x:1"
        + " --help",
    "start sh -- -c x, sh -- -c x",
    "start -- -odd --name y, -odd --name y",
    "start ls list stop, ls list stop",
    "start echo @last @/etc/passwd ${HOME}, echo @last @/etc/passwd ${HOME}",
    "start -j n -c /usr/bin/find -- /dir -type f, /usr/bin/find /dir -type f",
    "start -c /usr/bin/find /dir -type f, /usr/bin/find /dir -type f",
    "start -j date -c /bin/date, /bin/date",
    "-u administrator start sleep 60, sleep 60",
    "start --hostPort=:PORT echo --hostPort=:1, echo --hostPort=:1"
  })
  void fromItsOwnCommandWordOnEverythingBelongsToTheJob(String line, String argv)
      throws InterruptedException {
    Shell.Result result = shell.run(line.replace("PORT", Integer.toString(jobd.port())).split(" "));

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(onlySpec().getArgvList()).containsExactly(argv.split(" "));
  }

  @Test
  void aCommandLineInOneWordIsSplitAsAShellDoes() throws InterruptedException {
    shell.run("start", "--cmd", "bash 'my script.sh'");

    assertThat(onlySpec().getArgvList()).containsExactly("bash", "my script.sh");
  }

  @ParameterizedTest
  @ValueSource(strings = {"start", "run"})
  void aLineThatWasTakenForANameIsToldHowLinesAreGiven(String command) throws InterruptedException {
    jobd.startFailure =
        Errors.startFailed(FIRST_ID, "no such file", "exec", 2, "No such file or directory");

    assertThat(shell.run(command, "-c", "echo hi").err())
        .hasLineCount(1)
        .endsWith("; --cmd takes a command with its arguments in one\n");
    assertThat(shell.run(command, "-c", "echo").err()).doesNotContain("--cmd");
  }

  @Test
  void whereTwoDevicesAreOneDiskThatIsSaid() throws InterruptedException {
    jobd.limitJudge =
        asked ->
            asked.toBuilder()
                .clearIo()
                .addIo(IoLimit.newBuilder().setDevice("sda").setReadBps(4096))
                .build();

    assertThat(
            shell.run("start", "--read-bps", "sda:8K", "--read-bps", "/dev/sda:4K", "--", "true"))
        .isEqualTo(
            new Shell.Result(
                0,
                FIRST_ID + "\n",
                "jobctl: some of the devices given are one disk, which has the lower of their"
                    + " bounds: read-bps sda:4K\n"));
  }

  @Test
  void aWrongDeviceIsToldByItsOption() throws InterruptedException {
    jobd.startFailure =
        Errors.invalidField(
            "spec.limits.io[0].device", "must be a disk, or on one, was /x: no such file");

    assertThat(shell.run("start", "--write-iops", "/x:10", "true").err())
        .isEqualTo(
            "jobctl: cannot start true: --write-iops: the device must be a disk, or on one, was"
                + " /x: no such file\n");
  }

  @Test
  void emptyAndBlankWordsReachTheJob() throws InterruptedException {
    shell.run("start", "printf", "%s|", "", " a ", "\"q\"");

    assertThat(onlySpec().getArgvList()).containsExactly("printf", "%s|", "", " a ", "\"q\"");
  }

  @Test
  void everyOptionReachesTheServer() throws InterruptedException {
    shell.run(
        "start --name n -e A=1 -e B=x=y -w /tmp -l team=data --cpus 0.5 --memory 256M --pids 64 --timeout 1h --max-output 1G --merge --wait-tree true"
            .split(" "));

    JobSpec spec = onlySpec();
    assertThat(spec.getName()).isEqualTo("n");
    assertThat(spec.getEnvMap()).containsEntry("A", "1").containsEntry("B", "x=y");
    assertThat(spec.getWorkingDirectory()).isEqualTo("/tmp");
    assertThat(spec.getLabelsMap()).containsEntry("team", "data");
    assertThat(spec.getLimits().getCpuMillis()).isEqualTo(500);
    assertThat(spec.getLimits().getMemoryBytes()).isEqualTo(256L << 20);
    assertThat(spec.getLimits().getPids()).isEqualTo(64);
    assertThat(spec.getLimits().getTimeout().getSeconds()).isEqualTo(3600);
    assertThat(spec.getLimits().getOutputBytes()).isEqualTo(1L << 30);
    assertThat(spec.getMergeOutput()).isTrue();
    assertThat(spec.getWaitForTree()).isTrue();
  }

  @Test
  void ofAVariableGivenTwiceTheLastValueCountsAndALabelHasOne() throws InterruptedException {
    shell.run("start", "-e", "A=1", "-e", "A=2", "-l", "a=b", "-l", "a=b", "true");
    assertThat(onlySpec().getEnvMap()).containsExactly(Map.entry("A", "2"));

    for (String line : List.of("start %s true", "run %s true", "list %s", "top %s")) {
      assertThat(shell.run(line.formatted("-l a=b --label a=c").split(" ")))
          .isEqualTo(
              new Shell.Result(
                  2, "", "jobctl: --label gives a two values, 'b' and 'c': give one of them\n"));
    }
  }

  @Test
  void everyLimitReachesTheServer() throws InterruptedException {
    shell.run(
        ("start --cpu-weight 50 --cpuset 0-1,3 --nice 5 --swap 0 --io-weight 200"
                + " --read-bps 10M --read-bps /dev/sda:1M --write-bps sdb:2M"
                + " --read-iops 100 --write-iops /dev/sda:50 true")
            .split(" "));

    Limits limits = onlySpec().getLimits();
    assertThat(limits.getCpuWeight()).isEqualTo(50);
    assertThat(limits.getCpuset()).isEqualTo("0-1,3");
    assertThat(limits.getNice()).isEqualTo(5);
    assertThat(limits.hasSwapBytes()).isTrue();
    assertThat(limits.getIoWeight()).isEqualTo(200);
    assertThat(limits.getIoList())
        .containsExactly(
            IoLimit.newBuilder().setReadBps(10 << 20).setReadIops(100).build(),
            IoLimit.newBuilder().setDevice("/dev/sda").setReadBps(1 << 20).setWriteIops(50).build(),
            IoLimit.newBuilder().setDevice("sdb").setWriteBps(2 << 20).build());
  }

  /** As of a variable that is not set: what it would have said must not be lost. */
  @ParameterizedTest
  @ValueSource(strings = {"--name", "--workdir", "--cpuset", "--request-id", "--user", "--ca"})
  void anEmptyValueIsNoValue(String option) throws InterruptedException {
    assertThat(shell.run("start", option, "", "true"))
        .isEqualTo(new Shell.Result(2, "", "jobctl: " + option + " must not be empty\n"));
  }

  @Test
  void anEmptyCommandIsNone() throws InterruptedException {
    assertThat(shell.run("start", "").err()).isEqualTo("jobctl: the command must not be empty\n");
  }

  @Test
  void aLimitThatIsNotGivenIsNotSent() throws InterruptedException {
    shell.run("start", "true");

    assertThat(onlySpec().getLimits().getAllFields()).isEmpty();
  }

  @Test
  void theIdIsPrintedAlone() throws InterruptedException {
    assertThat(shell.run("start", "true")).isEqualTo(new Shell.Result(0, FIRST_ID + "\n", ""));
  }

  @Test
  void aTableHasNameAndId() throws InterruptedException {
    assertThat(shell.run("start", "-o", "table", "-j", "date", "date").out())
        .isEqualTo("NAME  ID\ndate  " + FIRST_ID + "\n");
  }

  @Test
  void aJobThatCannotBeRememberedIsStartedAndWhyIsSaid() throws InterruptedException, IOException {
    Path config = shell.home.resolve(".config/jobctl");
    Path target = Files.createDirectory(config.resolve("last." + ProcessHandle.current().pid()));

    Shell.Result result = shell.run("start", "true");

    assertThat(result.exitCode()).isZero();
    assertThat(result.err())
        .isEqualTo("jobctl: cannot note the job for @last: " + target + ": Is a directory\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"start", "run"})
  void withoutACommandTheWayOutIsThatOfTheSameCommand(String command) throws InterruptedException {
    assertThat(shell.run(command).err()).endsWith("as in: jobctl " + command + " -- ls -l\n");
  }

  @Test
  void theJobIsRememberedAsLast() throws InterruptedException, IOException {
    shell.run("start", "true");

    Path last = shell.home.resolve(".config/jobctl/last");
    assertThat(last).hasContent(FIRST_ID + "\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(last)))
        .isEqualTo("rw-------");
    assertThat(shell.run("status", "@last").out()).isEqualTo("finished (exit code: 0)\n");
  }

  @Test
  void aLastJobThatCannotBeReadIsToldByItsFileAndTheWayOut() throws Exception {
    Path last = shell.home.resolve(".config/jobctl/last");
    String wayOut = "; give the job's id or name\n";

    Files.createDirectory(last);
    assertThat(shell.run("status", "@last"))
        .isEqualTo(
            new Shell.Result(
                1,
                "",
                "jobctl: cannot tell which job is @last: " + last + ": Is a directory" + wayOut));

    Files.delete(last);
    Files.write(last, new byte[] {'8', (byte) 0xff, '\n'});
    assertThat(shell.run("status", "@last").err())
        .isEqualTo(
            "jobctl: cannot tell which job is @last: " + last + " holds no job's id" + wayOut);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "start",
        "start --",
        "start --cpus lots true",
        "start --memory 1X true",
        "start --pids 1.5 true",
        "start -e NOVALUE true",
        "start -l =x true",
        "start --unknown true",
        "start -c a --cmd b",
        "start -o yaml true",
        "start --name",
        "start --read-bps :1M true",
        "start --read-bps sda: true",
        "start --read-bps sda:1M --read-bps sda:2M true",
        "start --nice low true",
        "--cert a -u b start true"
      })
  void aWrongCommandLineIsAUsageErrorInOneLine(String line) throws InterruptedException {
    Shell.Result result = shell.run(line.split(" "));

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .startsWith("jobctl: ")
        .satisfies(e -> assertThat(e.lines()).hasSize(1));
    assertThat(jobd.started).isEmpty();
  }

  @Test
  void aCommandThatCannotBeExecutedIsAFailureWithStepAndError() throws InterruptedException {
    jobd.startFailure =
        Errors.startFailed(
            FIRST_ID,
            "executing '/no/such': No such file or directory",
            "exec",
            2,
            "No such file or directory");

    Shell.Result result = shell.run("start", "/no/such");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .startsWith("jobctl: cannot start /no/such: ")
        .contains("could not start: executing '/no/such': No such file or directory")
        .endsWith("; jobctl status " + FIRST_ID + " shows the job\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"start", "run"})
  void aJobThatWasRecordedButCouldNotStartIsTheLastOne(String verb) throws InterruptedException {
    shell.run("start", "true");
    String failed = "8d2f624e-5cd9-4769-b40d-000000000002";
    jobd.startFailure = Errors.startFailed(failed, "words", "exec", 2, "No such file or directory");

    shell.run(verb, "/no/such");

    assertThat(shell.home.resolve(".config/jobctl/last")).hasContent(failed + "\n");
  }

  @Test
  void whatTheServerFindsWrongIsAUsageErrorThatNamesTheOption() throws InterruptedException {
    jobd.startFailure = Errors.invalidField("spec.limits.pids", "must be at least 1, was 0");

    Shell.Result result = shell.run("start", "--pids", "0", "true");

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo("jobctl: cannot start true: --pids must be at least 1, was 0\n");
  }

  private JobSpec onlySpec() {
    List<JobSpec> specs = jobd.started;
    assertThat(specs).hasSize(1);
    return specs.getFirst();
  }
}
