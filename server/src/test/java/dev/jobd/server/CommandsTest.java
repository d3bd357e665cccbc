package dev.jobd.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The program's commands as an operator sees them: what they print, and what they exit with. */
class CommandsTest {
  @RegisterExtension static final ShimInstallation installation = new ShimInstallation();

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @ParameterizedTest
  @ValueSource(
      strings = {"version", "--version", "-V", "serve -V", "run --version", "pki issue --version"})
  void versionIsOneLine(String line) {
    assertThat(jobd(line.split(" "))).isZero();
    assertThat(out()).matches("jobd \\S+\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-x | jobd: Unknown option: '-x'",
        "serve --listen nowhere | jobd serve: Invalid value for option '--listen'",
        "run | jobd run: give a command",
        "run --memory 1x -- true | jobd run: --memory must be a size like",
        "run --nice -1 -- true | jobd run: --nice must be 0 to 19, was -1 ",
        "run --cpuset x -- true | jobd run: --cpuset must be a list of processors ",
        "run --read-bps 1 -- true | jobd run: --read-bps must be 4K to 1024T, was 1 ",
        "run --read-bps sda:1M --read-bps sda:2M -- true | jobd run: --read-bps must be given once",
        "run --swap 1M -- true | jobd run: --swap needs a memory limit beside it ",
        "run --cpus 0 -- true | jobd run: --cpus must be 0.001 to 1000000, was 0 ",
        "run -e X -- true | jobd run: --env must be NAME=VALUE",
        "run --cmd ' -- true | jobd run: give either a command or --cmd",
        "run --cmd ' | jobd run: --cmd the quote ' at character 1 is not closed",
      })
  void wrongUsageIsOneLineWithTheWayOutAndExitCode2(String line, String words) {
    assertThat(jobd(line.split(" "))).isEqualTo(2);
    assertThat(err()).startsWith(words).endsWith("--help)\n").hasLineCount(1);
    assertThat(out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "lst, jobd: no command 'lst'; jobd help lists them",
    "help lst, jobd: no command 'lst'; jobd help lists them",
    "pki lst, jobd pki: no command 'lst'; jobd help pki lists them",
  })
  void unknownCommandIsToldInOneLineAndExitCode2(String line, String words) {
    assertThat(jobd(line.split(" "))).isEqualTo(2);
    assertThat(err()).isEqualTo(words + "\n");
  }

  @ParameterizedTest
  @CsvSource({
    "help, Usage: jobd [",
    "help serve, Usage: jobd serve",
    "help pki issue, Usage: jobd pki issue"
  })
  void helpIsDataOnStandardOutput(String line, String beginning) {
    assertThat(jobd(line.split(" "))).isZero();
    assertThat(out()).startsWith(beginning);
    assertThat(err()).isEmpty();
  }

  @Test
  void helpOfRunTellsItsExitCodes() {
    assertThat(jobd("run", "--help")).isZero();
    assertThat(out()).contains("Exit codes:", "128+N ", "125 ", "126 ", "127 ");
  }

  @Test
  void serveWithoutCertificatesSaysWhichAndTouchesNothing(@TempDir Path directory) {
    Path state = directory.resolve("state");
    assertThat(jobd("serve", "--pki", directory.toString(), "--state-dir", state.toString()))
        .isEqualTo(1);
    assertThat(err()).startsWith("jobd serve: " + directory + "/server.crt: ").hasLineCount(1);
    assertThat(state).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "default_limits: {swap: 1G} | FILE:1: default_limits.swap needs a memory limit",
        "max_limits: {read_bps: '/gone:10M'} | FILE:1: max_limits.read_bps: the device must be a",
        "listen: nobody.invalid:1 | cannot listen on nobody.invalid:1: no such host is known:"
            + " choose",
      })
  void whatCannotBeServedWithLeavesNothingBehind(String text, String words, @TempDir Path directory)
      throws IOException {
    assumeTrue(Host.isRoot(), "needs root");
    Path file = Files.writeString(directory.resolve("c.yaml"), text);
    Path state = directory.resolve("state");
    String pki = directory.resolve("pki").toString();
    jobd("pki", "init", pki);
    jobd("pki", "issue", pki, "--server", "localhost");
    err.reset();

    assertThat(jobd("serve", "--config", file.toString(), "--pki", pki, "--state-dir", "" + state))
        .isEqualTo(1);

    assertThat(err())
        .startsWith("jobd serve: " + words.replace("FILE", file.toString()))
        .hasLineCount(1);
    assertThat(state).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"server.key", "ca.key"})
  void aKeyThatIsOpenToOthersIsNotServedWith(String name, @TempDir Path directory)
      throws IOException {
    String pki = directory.resolve("pki").toString();
    jobd("pki", "init", pki);
    jobd("pki", "issue", pki, "--server", "localhost");
    Path key = directory.resolve("pki").resolve(name);
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    err.reset();
    String words =
        key
            + " holds a private key and is open to others than its owner (mode 0644): chmod 600 "
            + key
            + ", or where it is mounted, mount it with mode 0400\n";

    assertThat(jobd("serve", "--pki", pki, "--state-dir", directory.toString())).isEqualTo(1);
    assertThat(err()).isEqualTo("jobd serve: " + words);
    assertThat(jobd("check", "--pki", pki)).isEqualTo(1);
    assertThat(out()).containsPattern("error +pki +" + key).contains(words);
  }

  @Test
  void aStateDirectoryThatIsAFileIsSaidToBeNone(@TempDir Path directory) throws IOException {
    assumeTrue(Host.isRoot(), "needs root");
    String state = Files.createFile(directory.resolve("state")).toString();
    String pki = directory.resolve("pki").toString();
    jobd("pki", "init", pki);
    jobd("pki", "issue", pki, "--server", "localhost");
    err.reset();

    assertThat(jobd("serve", "--pki", pki, "--state-dir", state)).isEqualTo(1);
    assertThat(err())
        .isEqualTo(
            "jobd serve: cannot use the state directory: " + state + " is not a directory\n");
  }

  @Test
  void serveWithAWrongConfigurationNamesTheLine(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("c.yaml"), "\nport: 1\n");
    assertThat(jobd("serve", "--config", file.toString())).isEqualTo(1);
    assertThat(err()).startsWith("jobd serve: " + file + ":2: unknown key 'port'").hasLineCount(1);
  }

  @Test
  void helpOfServeHoldsAConfigurationThatIsOne(@TempDir Path directory) throws Exception {
    jobd("serve", "--help");
    String yaml =
        out()
            .lines()
            .dropWhile(line -> !line.startsWith("A configuration file"))
            .skip(1)
            .takeWhile(line -> line.startsWith("  "))
            .collect(joining("\n"));
    Path file = Files.writeString(directory.resolve("c.yaml"), yaml.stripIndent());

    assertThat(ConfigFile.read(file)).hasNoNullFieldsOrProperties();
    assertThat(out()).contains("root", "stdout");
  }

  @Test
  void checkSaysWhatIsWrong(@TempDir Path directory) {
    assertThat(jobd("check", "--pki", directory.toString())).isEqualTo(1);
    assertThat(out())
        .containsPattern("ok +net namespace +a job has no network but its own loopback\n")
        .containsPattern("ok +seccomp +a job cannot get back what would lift its limits\n")
        .containsPattern("error +pki +" + directory + "/server.crt: ")
        .endsWith("jobd cannot serve on this host\n");
  }

  @Test
  void checkTellsHowJobdWasStarted() {
    jobd("check");
    assumeTrue(out().contains("ok       cgroups "), "needs groups that jobd may use");
    assertThat(out())
        .containsPattern("ok +place +(under systemd in |in a container: |by hand, in )");
  }

  @Test
  void checkNamesLimitsThatCannotBeEnforcedAsTheyAreConfigured(@TempDir Path directory)
      throws IOException {
    assumeTrue(Host.isRoot(), "needs root");
    Path file = directory.resolve("c.yaml");
    Files.writeString(file, "default_limits: {swap: 1G}\n");
    assertThat(jobd("check", "--config", file.toString())).isEqualTo(1);
    assertThat(out())
        .contains(
            "error    limits         "
                + file
                + ":1: default_limits.swap needs a memory limit beside it");
    Files.writeString(file, "max_limits: {read_bps: ['/gone:10M']}\n");
    assertThat(jobd("check", "--config", file.toString())).isEqualTo(1);
    assertThat(out()).contains(file + ":1: max_limits.read_bps: the device must be a disk");
  }

  private int jobd(String... arguments) {
    PrintStream outStream = new PrintStream(out, true, UTF_8);
    PrintStream errStream = new PrintStream(err, true, UTF_8);
    return Main.commandLine(
            new CompletableFuture<>(), InputStream.nullInputStream(), outStream, errStream)
        .execute(arguments);
  }

  private String out() {
    return out.toString(UTF_8);
  }

  private String err() {
    return err.toString(UTF_8);
  }
}
