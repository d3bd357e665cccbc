package dev.jobd.server.pki;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.Credentials;
import dev.jobd.server.auth.Roles;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class PkiCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Path directory;

  PkiCommandTest(@TempDir Path temporary) {
    directory = temporary.resolve("pki");
  }

  @Test
  void contractsSessionRuns() throws Exception {
    String dir = directory.toString();

    assertThat(run("init", dir)).isZero();
    assertThat(run("issue", dir, "--server", "localhost", "--server", "127.0.0.1")).isZero();
    assertThat(run("issue", dir, "--user", "alice", "--role", "user")).isZero();

    assertThat(serverNames()).containsExactlyInAnyOrder("localhost", "127.0.0.1");
    assertThat(Credentials.read(directory.resolve("alice.pem")).chain()).hasSize(1);
    assertThat(out.toString())
        .isEqualTo(
            Stream.of("ca.crt", "ca.key", "server.crt", "server.key", "alice.pem")
                .map(file -> directory.resolve(file) + "\n")
                .reduce("", String::concat));
  }

  @Test
  void oneServerOptionTakesSeveralHosts() throws Exception {
    run("init", directory.toString());

    assertThat(run("issue", directory.toString(), "--server", "localhost", "::1")).isZero();

    assertThat(serverNames()).containsExactlyInAnyOrder("localhost", "0:0:0:0:0:0:0:1");
  }

  @Test
  void secondInitFailsInOneLine() {
    run("init", directory.toString());
    err.getBuffer().setLength(0);

    assertThat(run("init", directory.toString())).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo(
            "jobd pki init: "
                + directory
                + ": has a certificate authority, which is never replaced\n");
  }

  @Test
  void issuingFromNowhereFailsInOneLine() {
    assertThat(run("issue", directory.toString(), "--user", "alice", "--role", "user"))
        .isEqualTo(1);
    assertThat(err.toString()).hasLineCount(1).contains("run jobd pki init " + directory);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "../alice",
        "a/b",
        "-x",
        "a\nb",
        "a\u0000b",
        "a b",
        "a,O=admin",
        "é"
      })
  void nameThatIsNotPlainIsRefused(String name) throws IOException {
    run("init", directory.toString());

    assertThat(run("issue", directory.toString(), "--user=" + name, "--role", "user")).isEqualTo(2);
    assertThat(run("issue", directory.toString(), "--user", "alice", "--role=" + name))
        .isEqualTo(2);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void whatACertificateReplacesIsSaidAndThatItStaysValid() throws Exception {
    String dir = directory.toString();
    run("init", dir);
    run("issue", dir, "--server", "localhost");
    run("issue", dir, "--user", "alice", "--role", "user");
    assertThat(err.toString()).doesNotContain("in the place of");
    Instant end =
        Credentials.read(directory.resolve("alice.pem"))
            .chain()
            .getFirst()
            .getNotAfter()
            .toInstant();
    err.getBuffer().setLength(0);

    assertThat(run("issue", dir, "--user", "alice", "--role", "admin")).isZero();
    assertThat(err.toString())
        .endsWith(
            "\nin the place of one of CN=alice, O=user, which is not revoked: it ends at "
                + end
                + "\n")
        .hasLineCount(2);

    assertThat(run("issue", dir, "--server", "localhost")).isZero();
    assertThat(err.toString()).contains("\nin the place of one of CN=jobd server, which");
  }

  @Test
  void nameOf64CharactersIsTheLongest() {
    run("init", directory.toString());

    assertThat(run("issue", directory.toString(), "--user", "a".repeat(64), "--role", "user"))
        .isZero();
    assertThat(run("issue", directory.toString(), "--user", "a".repeat(65), "--role", "user"))
        .isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*.example.com",
        "a b",
        "1.2.3",
        "1.2.3.400",
        "0x7f.1",
        "-a",
        "::g",
        "fe80::1%lo"
      })
  void hostThatIsNeitherNameNorAddressIsRefused(String host) {
    run("init", directory.toString());

    assertThat(run("issue", directory.toString(), "--server=" + host)).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "3651", "2147483647"})
  void daysOutOfBoundsAreRefused(String days) {
    run("init", directory.toString());

    assertThat(run("issue", directory.toString(), "--user=a", "--role=user", "--days=" + days))
        .isEqualTo(2);
    assertThat(err.toString()).contains("--days must be 1 to 3650, was " + days);
  }

  @Test
  void userAndServerTogetherAreRefused() {
    run("init", directory.toString());

    assertThat(run("issue", directory.toString(), "--user=a", "--role=user", "--server=b"))
        .isEqualTo(2);
    assertThat(run("issue", directory.toString(), "--user=a")).isEqualTo(2);
    assertThat(run("issue", directory.toString())).isEqualTo(2);
  }

  @Test
  void roleThatNoServerHasIsRefusedAndTheCertificateStays() throws Exception {
    run("init", directory.toString());
    run("issue", directory.toString(), "--user=a", "--role=user");
    byte[] before = Files.readAllBytes(directory.resolve("a.pem"));
    err.getBuffer().setLength(0);

    assertThat(run("issue", directory.toString(), "--user=a", "--role=boss")).isEqualTo(2);

    assertThat(err.toString())
        .isEqualTo(
            "jobd pki issue: --role must be admin, user, submitter or auditor, was 'boss'"
                + " (see jobd pki issue --help)\n");
    assertThat(directory.resolve("a.pem")).hasBinaryContent(before);
  }

  @Test
  void helpNamesEveryRole() {
    run("issue", "--help");

    assertThat(out.toString()).contains(Roles.BUILT_IN.names());
  }

  private Stream<Object> serverNames() throws Exception {
    X509Certificate certificate =
        Credentials.read(directory.resolve("server.crt"), directory.resolve("server.key"))
            .chain()
            .getFirst();
    return certificate.getSubjectAlternativeNames().stream().map(name -> name.get(1));
  }

  private int run(String... arguments) {
    PrintWriter errors = new PrintWriter(err, true);
    return new CommandLine(
            new PkiCommand(InstantSource.system(), new PrintWriter(out, true), errors))
        .setOut(new PrintWriter(out, true))
        .setErr(errors)
        .execute(arguments);
  }
}
