package dev.jobd.server.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jobd.api.Credentials;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PkiTest {
  private static final int NOBODY = 65_534;

  private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private final InstantSource clock = InstantSource.fixed(now);
  private static final Name ALICE = new Name("alice");
  private static final Name USER = new Name("user");

  private final Path directory;

  PkiTest(@TempDir Path temporary) {
    directory = temporary.resolve("pki");
  }

  @Test
  void keysAreForTheirOwnerAlone() throws Exception {
    Pki.init(directory, clock);
    Pki pki = Pki.open(directory, clock);
    pki.issueUser(ALICE, USER, Pki.USER_LIFE);
    pki.issueServer(List.of(new HostName("localhost")), Pki.SERVER_LIFE);

    assertThat(permissions(directory)).isEqualTo("rwx------");
    assertThat(permissions(directory.resolve("ca.key"))).isEqualTo("rw-------");
    assertThat(permissions(directory.resolve("server.key"))).isEqualTo("rw-------");
    assertThat(permissions(directory.resolve("alice.pem"))).isEqualTo("rw-------");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("ca.crt", "ca.key", "server.crt", "server.key", "alice.pem");
    }
  }

  @Test
  void emptyDirectoryIsTakenAndClosedToOthers() throws Exception {
    Files.createDirectory(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));

    Pki.init(directory, clock);

    assertThat(permissions(directory)).isEqualTo("rwx------");
  }

  @Test
  void somebodyElsesDirectoryIsNotTaken() throws Exception {
    Files.createDirectory(directory);
    assumeTrue(
        (Integer) Files.getAttribute(directory, "unix:uid") == 0,
        "needs root: gives a directory to another user");
    Files.setAttribute(directory, "unix:uid", NOBODY);

    assertThatThrownBy(() -> Pki.init(directory, clock))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(directory + ": belongs to ");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void authorityIsNeverReplaced() throws Exception {
    Pki.init(directory, clock);
    byte[] key = Files.readAllBytes(directory.resolve("ca.key"));

    assertThatThrownBy(() -> Pki.init(directory, clock))
        .isInstanceOf(IOException.class)
        .hasMessage(directory + ": has a certificate authority, which is never replaced");
    assertThat(Files.readAllBytes(directory.resolve("ca.key"))).isEqualTo(key);
  }

  @Test
  void authorityIsNotMadeAmongOtherThings() throws Exception {
    Files.createDirectory(directory);
    Files.writeString(directory.resolve("letter"), "dear");

    assertThatThrownBy(() -> Pki.init(directory, clock)).hasMessageContaining("is not empty");
  }

  @Test
  void issuingNeedsAnAuthority() {
    assertThatThrownBy(() -> Pki.open(directory, clock))
        .hasMessage(directory + ": has no certificate authority: run jobd pki init " + directory);
  }

  @Test
  void usersCertificateSaysNameRoleAndPurpose() throws Exception {
    Pki.init(directory, clock);
    Pki.open(directory, clock).issueUser(ALICE, USER, Duration.ofDays(7));

    X509Certificate certificate = issued("alice.pem");
    assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=alice,O=user");
    assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
    assertThat(certificate.getNotAfter()).isEqualTo(now.plus(Duration.ofDays(7)));
    assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
    assertThat(certificate.getKeyUsage()[0]).isTrue();
    assertThat(certificate.getSerialNumber().bitLength()).isBetween(64, 128);
    assertThat(certificate.getSigAlgName()).isEqualTo("SHA256withECDSA");
  }

  @Test
  void serversCertificateSaysHostsAndPurpose() throws Exception {
    Pki.init(directory, clock);
    List<HostName> hosts =
        Stream.of("Localhost", "127.0.0.1", "::1", "jobs.example.com").map(HostName::new).toList();
    Pki.open(directory, clock).issueServer(hosts, Pki.SERVER_LIFE);

    X509Certificate certificate =
        Credentials.read(directory.resolve("server.crt"), directory.resolve("server.key"))
            .chain()
            .getFirst();
    assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    assertThat(certificate.getSubjectAlternativeNames())
        .containsExactlyInAnyOrder(
            List.of(2, "localhost"),
            List.of(7, "127.0.0.1"),
            List.of(7, "0:0:0:0:0:0:0:1"),
            List.of(2, "jobs.example.com"));
  }

  @Test
  void noCertificateOutlivesItsAuthority() throws Exception {
    Pki.init(directory, clock);
    Instant end = now.plus(Pki.AUTHORITY_LIFE);
    InstantSource late = InstantSource.fixed(end.minus(Duration.ofDays(1)));

    Pki.Issued issued = Pki.open(directory, late).issueUser(ALICE, USER, Pki.USER_LIFE);

    assertThat(issued.end()).isEqualTo(end);
  }

  @Test
  void authorityThatHasEndedIssuesNothing() throws Exception {
    Pki.init(directory, clock);
    InstantSource after = InstantSource.fixed(now.plus(Pki.AUTHORITY_LIFE));

    assertThatThrownBy(() -> Pki.open(directory, after).issueUser(ALICE, USER, Pki.USER_LIFE))
        .isInstanceOf(AuthorityExpiredException.class);
    assertThat(directory.resolve("alice.pem")).doesNotExist();
  }

  @Test
  void issuingAgainReplacesWholeFiles() throws Exception {
    Pki.init(directory, clock);
    Pki pki = Pki.open(directory, clock);
    pki.issueUser(ALICE, USER, Pki.USER_LIFE);
    X509Certificate first = issued("alice.pem");

    pki.issueUser(ALICE, new Name("admin"), Pki.USER_LIFE);

    X509Certificate second = issued("alice.pem");
    assertThat(second.getSerialNumber()).isNotEqualTo(first.getSerialNumber());
    assertThat(second.getSubjectX500Principal().getName()).isEqualTo("CN=alice,O=admin");
  }

  @Test
  void opensslAcceptsTheChainsForTheirPurpose() throws Exception {
    requireOpenssl();
    Pki.init(directory, clock);
    Pki pki = Pki.open(directory, clock);
    pki.issueUser(ALICE, USER, Pki.USER_LIFE);
    pki.issueServer(List.of(new HostName("localhost")), Pki.SERVER_LIFE);

    assertThat(openssl("verify -x509_strict -CAfile ca.crt -purpose sslclient alice.pem")).isZero();
    assertThat(openssl("verify -x509_strict -CAfile ca.crt -purpose sslserver server.crt"))
        .isZero();
    assertThat(openssl("verify -CAfile ca.crt -purpose sslserver alice.pem")).isNotZero();
    assertThat(openssl("verify -CAfile ca.crt -purpose sslclient server.crt")).isNotZero();
    assertThat(openssl("x509 -noout -checkhost localhost -in server.crt")).isZero();
  }

  @Test
  void keysThatOpensslWroteAreRead() throws Exception {
    requireOpenssl();
    Pki.init(directory, clock);
    Pki.open(directory, clock).issueUser(ALICE, USER, Pki.USER_LIFE);

    assertThat(openssl("ec -in alice.pem -out sec1.key")).isZero();
    assertThat(openssl("pkcs8 -topk8 -nocrypt -in sec1.key -out pkcs8.key")).isZero();

    assertThat(Files.readString(directory.resolve("sec1.key"))).contains("BEGIN EC PRIVATE KEY");
    Path certificate = directory.resolve("alice.pem");
    for (String file : List.of("sec1.key", "pkcs8.key")) {
      assertThat(secret(Credentials.read(certificate, directory.resolve(file))))
          .as(file)
          .isEqualTo(secret(Credentials.read(certificate)));
    }
  }

  private static BigInteger secret(Credentials credentials) {
    return ((ECPrivateKey) credentials.key()).getS();
  }

  private X509Certificate issued(String file) throws IOException {
    return Credentials.read(directory.resolve(file)).chain().getFirst();
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private static void requireOpenssl() {
    assumeTrue(
        Stream.of("/usr/bin/openssl", "/usr/local/bin/openssl")
            .anyMatch(file -> Files.isExecutable(Path.of(file))),
        "openssl is not installed");
  }

  /** Runs openssl in the directory; answers its exit code. */
  private int openssl(String arguments) throws Exception {
    Process process =
        new ProcessBuilder(("openssl " + arguments).split(" "))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolveSibling("openssl.log").toFile())
            .start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }
}
