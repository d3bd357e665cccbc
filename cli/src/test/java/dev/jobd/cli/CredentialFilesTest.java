package dev.jobd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.cli.render.ByteSink;
import dev.jobd.cli.render.Console;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CredentialFilesTest {
  private final Map<String, String> variables = new HashMap<>();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private boolean terminal;
  private Path home;
  private Path config;
  private @Nullable CredentialFiles found;
  private @Nullable ServerAddress server;

  @BeforeEach
  void makeFiles(@TempDir Path directory) throws IOException {
    home = directory;
    config = Files.createDirectories(home.resolve("config/jobctl"));
    variables.put("XDG_CONFIG_HOME", home.resolve("config").toString());
    for (String name : new String[] {"ca.crt", "client.pem", "alice.pem", "bob.pem"}) {
      Files.createFile(config.resolve(name));
    }
    for (String name : new String[] {"c.pem", "k.pem", "a.pem", "c2.pem"}) {
      Files.createFile(home.resolve(name));
    }
  }

  @Test
  void aUserIsAFileInTheConfigurationDirectory() throws InterruptedException {
    assertThat(run("-u", "alice", "list")).isZero();
    assertThat(found).isEqualTo(files(config.resolve("alice.pem"), config.resolve("alice.pem")));
  }

  @Test
  void anOptionGoesBeforeTheEnvironment() throws InterruptedException {
    variables.put("JOBCTL_USER", "bob");
    variables.put("JOBCTL_CERT", home.resolve("c2.pem").toString());
    variables.put("JOBCTL_SERVER", "elsewhere:1");

    run("list", "--userID", "alice", "--hostPort", ":2");
    assertThat(found).isEqualTo(files(config.resolve("alice.pem"), config.resolve("alice.pem")));
    assertThat(server).isEqualTo(new ServerAddress("localhost", 2));

    run("list", "--cert", home.resolve("c.pem").toString());
    assertThat(found).isEqualTo(files(home.resolve("c.pem"), home.resolve("c.pem")));
    assertThat(server).isEqualTo(new ServerAddress("elsewhere", 1));
  }

  @Test
  void aCertificateInTheEnvironmentGoesBeforeAUser() throws InterruptedException {
    variables.put("JOBCTL_USER", "bob");
    variables.put("JOBCTL_CERT", home.resolve("c.pem").toString());
    variables.put("JOBCTL_KEY", home.resolve("k.pem").toString());
    variables.put("JOBCTL_CA", home.resolve("a.pem").toString());

    run("list");
    assertThat(found)
        .isEqualTo(
            new CredentialFiles(
                home.resolve("c.pem"), home.resolve("k.pem"), home.resolve("a.pem")));
  }

  @Test
  void aKeyInTheEnvironmentIsNotForACertificateFromElsewhere() throws InterruptedException {
    variables.put("JOBCTL_KEY", home.resolve("k.pem").toString());

    run("list", "-u", "alice");
    assertThat(found).isEqualTo(files(config.resolve("alice.pem"), config.resolve("alice.pem")));
  }

  @Test
  void whatIsSetToNothingIsNotSet() throws InterruptedException {
    variables.put("JOBCTL_USER", "");
    variables.put("JOBCTL_SERVER", "");

    run("list");
    assertThat(found).isEqualTo(files(config.resolve("client.pem"), config.resolve("client.pem")));
    assertThat(server).isEqualTo(ServerAddress.DEFAULT);
  }

  @Test
  void theLastResortIsTheHomeDirectory() throws Exception {
    Files.delete(config.resolve("client.pem"));
    Path inHome = Files.createDirectories(home.resolve(".ssl")).resolve("client.pem");
    Files.createFile(inHome);

    run("list");
    assertThat(found).isEqualTo(files(inHome, inHome));
  }

  @Test
  void noCredentialsIsNotAuthenticatedAndSaysHowToBe() throws Exception {
    Files.delete(config.resolve("client.pem"));

    assertThat(run("list")).isEqualTo(4);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("--cert", "JOBCTL_CERT", "--user", config.toString());
  }

  @Test
  void anAbsentUserIsNotAuthenticatedAndNamesTheFile() throws Exception {
    assertThat(run("-u", "carol", "list")).isEqualTo(4);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains(config.resolve("carol.pem") + " does not exist");
  }

  /** A loop of links stands for what keeps one from looking: to root, no directory is closed. */
  @ParameterizedTest
  @CsvSource({"'-u carol list', carol.pem", "list, client.pem"})
  void whatKeepsOneFromLookingIsNotTakenForAbsence(String line, String file) throws Exception {
    Files.deleteIfExists(config.resolve(file));
    Files.createSymbolicLink(config.resolve(file), config.resolve(file));

    assertThat(run(line.split(" "))).isEqualTo(4);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("certificate cannot be read: " + config.resolve(file) + ": Too many levels");
  }

  @Test
  void aPersonIsWarnedOfAKeyThatIsOpenToOthersAndAScriptIsNot() throws Exception {
    Path key = config.resolve("alice.pem");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    run("-u", "alice", "list");
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("jobctl: far enough\n");
    err.reset();

    terminal = true;
    assertThat(run("-u", "alice", "list")).isZero();
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "jobctl: warning: %1$s holds a private key and is open to others than its owner"
                    .formatted(key)
                + " (mode 0644): chmod 600 %s\njobctl: far enough\n".formatted(key));
  }

  @Test
  void aUserIsNoPath() throws Exception {
    assertThat(run("-u", "../alice", "list")).isEqualTo(2);
  }

  private CredentialFiles files(Path certificate, Path key) {
    return new CredentialFiles(certificate, key, config.resolve("ca.crt"));
  }

  /** Runs a command line up to where it would connect. */
  private int run(String... arguments) throws InterruptedException {
    Console console =
        new Console(
            new ByteSink(Channels.newChannel(new ByteArrayOutputStream())),
            new ByteSink(Channels.newChannel(err)),
            terminal);
    Connector connector =
        (address, files) -> {
          server = address;
          found = files;
          throw new CommandFailure(0, "far enough");
        };
    return new Jobctl(
            new Environment(variables, home, InputStream.nullInputStream()), console, connector)
        .run(arguments);
  }
}
