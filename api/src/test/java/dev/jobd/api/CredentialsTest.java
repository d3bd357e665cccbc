package dev.jobd.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads keys that the JDK's own keytool made. */
class CredentialsTest {
  private static final char[] PASSWORD = "throw-away".toCharArray();

  @TempDir static Path temporary;
  private static Credentials ec;
  private static Credentials otherEc;
  private static Credentials rsa;
  private static Credentials ed25519;

  @BeforeAll
  static void makeKeys() throws Exception {
    ec = keytool("ec", "-keyalg", "EC", "-groupname", "secp256r1");
    otherEc = keytool("other", "-keyalg", "EC", "-groupname", "secp384r1");
    rsa = keytool("rsa", "-keyalg", "RSA", "-keysize", "2048");
    ed25519 = keytool("ed", "-keyalg", "Ed25519");
  }

  @Test
  void certificateAndKeyAreReadFromOneFileInEitherOrder() throws Exception {
    String certificate = certificate(ec);
    String key = key("PRIVATE KEY", ec.key().getEncoded());

    assertThat(Credentials.read(file(certificate + key)).chain()).isEqualTo(ec.chain());
    assertThat(Credentials.read(file(key + certificate)).chain()).isEqualTo(ec.chain());
  }

  @Test
  void everyKindOfKeyIsRead() throws Exception {
    for (Credentials credentials : List.of(ec, otherEc, rsa, ed25519)) {
      Path key = file(key("PRIVATE KEY", credentials.key().getEncoded()));

      assertThat(Credentials.read(file(certificate(credentials)), key).key().getAlgorithm())
          .isEqualTo(credentials.key().getAlgorithm());
    }
  }

  @Test
  void keysInTheirAlgorithmsOwnFormAreRead() throws Exception {
    Path sec1 = file(key("EC PRIVATE KEY", inner(ec.key())));
    Path pkcs1 = file(key("RSA PRIVATE KEY", inner(rsa.key())));

    assertThat(Credentials.read(file(certificate(ec)), sec1).key()).isEqualTo(ec.key());
    assertThat(Credentials.read(file(certificate(rsa)), pkcs1).key()).isEqualTo(rsa.key());
  }

  @Test
  void chainIsReadInItsOrder() throws Exception {
    Path file =
        file(
            "text before\n"
                + certificate(ec)
                + certificate(otherEc).replace("\n", "\r\n")
                + key("PRIVATE KEY", ec.key().getEncoded()));

    assertThat(Credentials.read(file).chain())
        .containsExactly(ec.chain().getFirst(), otherEc.chain().getFirst());
    assertThat(Credentials.readAuthorities(file)).hasSize(2);
  }

  @Test
  void keyOfAnotherCertificateIsRefused() throws Exception {
    for (Credentials other : List.of(otherEc, rsa)) {
      Path key = file(key("PRIVATE KEY", other.key().getEncoded()));

      assertRefused(file(certificate(ec)), key, key, "has ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ENCRYPTED PRIVATE KEY", "EC PRIVATE KEY"})
  void encryptedKeyIsRefusedWithTheWayOut(String label) throws Exception {
    Path key =
        file(
            "-----BEGIN "
                + label
                + "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n"
                + "AAAA\n-----END "
                + label
                + "-----\n");

    assertRefused(file(certificate(ec)), key, key, "has an encrypted private key: decrypt it");
  }

  @Test
  void fileWithoutWhatIsLookedForIsRefused() throws Exception {
    Path certificate = file(certificate(ec));
    Path key = file(key("PRIVATE KEY", ec.key().getEncoded()));
    Path openssh = file(key("OPENSSH PRIVATE KEY", new byte[8]));
    Path twoKeys = file(Files.readString(key) + Files.readString(key));
    Path empty = file("");

    assertRefused(certificate, certificate, certificate, "holds no private key");
    assertRefused(key, key, key, "holds no certificate");
    assertRefused(empty, empty, empty, "holds no certificate");
    assertRefused(certificate, openssh, openssh, "in the form OPENSSH PRIVATE KEY: convert it");
    assertRefused(certificate, twoKeys, twoKeys, "holds 2 private keys");
  }

  @Test
  void damagedFileIsRefused() throws Exception {
    Path notBase64 = file("-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n");
    Path notDer = file("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    Path badKey = file(key("EC PRIVATE KEY", new byte[] {1, 2, 3}));
    Path huge = file("x".repeat(PemFile.MAX_SIZE + 1));

    assertRefused(notBase64, notBase64, notBase64, "has a damaged block CERTIFICATE");
    assertRefused(notDer, notDer, notDer, "has a certificate that cannot be read");
    assertRefused(file(certificate(ec)), badKey, badKey, "has no private key of the certificate's");
    assertRefused(huge, huge, huge, "is larger than 1048576 bytes");
  }

  @Test
  void missingFileAndDirectoryAreRefused() throws IOException {
    Path missing = temporary.resolve("missing.pem");

    assertRefused(missing, missing, missing, "no such file");
    assertRefused(temporary, temporary, temporary, "cannot be read");
  }

  @Test
  void keyIsNotInTheWords() {
    assertThat(ec.toString()).isEqualTo("Credentials[CN=ec]");
  }

  private static void assertRefused(Path certificates, Path key, Path blamed, String problem) {
    assertThatThrownBy(() -> Credentials.read(certificates, key))
        .isInstanceOf(PemException.class)
        .hasMessageStartingWith(blamed + ": ")
        .hasMessageContaining(problem)
        .message()
        .hasLineCount(1);
  }

  private static Path file(String text) throws IOException {
    return Files.writeString(Files.createTempFile(temporary, "test", ".pem"), text);
  }

  private static String certificate(Credentials credentials) throws Exception {
    return key("CERTIFICATE", credentials.chain().getFirst().getEncoded());
  }

  private static String key(String label, byte[] der) {
    String body = Base64.getMimeEncoder().encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }

  /**
   * What PKCS#8 wraps, its last element: for these keys the only OCTET STRING that reaches to the
   * end.
   */
  private static byte[] inner(PrivateKey key) {
    byte[] pkcs8 = key.getEncoded();
    for (int at = 0; at < pkcs8.length - 4; at++) {
      int length = pkcs8[at + 1] & 0xff;
      int header = length < 0x80 ? 2 : 2 + (length & 0x7f);
      if (length == 0x82) {
        length = ((pkcs8[at + 2] & 0xff) << 8) | (pkcs8[at + 3] & 0xff);
      }
      if (pkcs8[at] == 0x04 && at + header + length == pkcs8.length) {
        return Arrays.copyOfRange(pkcs8, at + header, pkcs8.length);
      }
    }
    throw new AssertionError("not PKCS#8");
  }

  private static Credentials keytool(String name, String... algorithm) throws Exception {
    Path store = temporary.resolve(name + ".p12");
    ProcessBuilder builder =
        new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    builder.command().addAll(List.of("-genkeypair", "-alias", name, "-dname", "CN=" + name));
    builder.command().addAll(List.of(algorithm));
    builder.command().addAll(List.of("-storetype", "PKCS12", "-keystore", store.toString()));
    builder.command().addAll(List.of("-storepass", new String(PASSWORD)));
    Process process =
        builder
            .redirectErrorStream(true)
            .redirectOutput(temporary.resolve(name + ".log").toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    return new Credentials(
        (PrivateKey) keys.getKey(name, PASSWORD),
        List.of((X509Certificate) keys.getCertificate(name)));
  }
}
