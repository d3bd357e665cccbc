package dev.jobd.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallerCertificateTest {
  @Test
  void commonNameIsTheUserAndOrganizationTheRole() throws Exception {
    assertThat(caller("O=admin,CN=alice", null)).isEqualTo(new Caller("alice", "admin"));
  }

  @Test
  void roleExtensionIsTheRoleWhereThereIsNoOrganization() throws Exception {
    assertThat(caller("CN=alice", new DERUTF8String("auditor")))
        .isEqualTo(new Caller("alice", "auditor"));
  }

  @Test
  void sameRoleTwiceIsOne() throws Exception {
    assertThat(caller("O=user,CN=alice", new DERUTF8String("user")))
        .isEqualTo(new Caller("alice", "user"));
  }

  @Test
  void namesAreTakenAsTheyAre() throws Exception {
    assertThat(caller("O=user,CN=Zo\\, \\\"X\\\" \\+ é\\=1", null).user())
        .isEqualTo("Zo, \"X\" + é=1");
  }

  @Test
  void differentRolesInOrganizationAndExtensionAreRefused() {
    assertRefused("O=user,CN=alice", new DERUTF8String("admin"), "has two roles");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "O=user; exactly one common name (CN), has 0",
        "O=user,CN=alice,CN=bob; exactly one common name (CN), has 2",
        "O=user,CN=alice+CN=bob; exactly one common name (CN), has 2",
        "CN=alice; has no role",
        "O=user,O=admin,CN=alice; one organization (O) as its role, has 2",
        "O=user,CN=\\0Aalice; control characters in its common name (CN)",
        "O=us\\00er,CN=alice; control characters in its role",
        "O=user,CN=\u202eecila; invisible or control characters in its common name (CN)",
        "O=user,CN=\\20\\20; common name (CN) of 1 to 64",
      })
  void subjectThatDoesNotNameOneUserAndRoleIsRefused(String subject, String problem) {
    assertRefused(subject, null, problem);
  }

  @Test
  void overlongRoleIsRefused() {
    assertRefused("CN=alice", new DERUTF8String("a".repeat(65)), "role of 1 to 64");
  }

  @Test
  void roleExtensionThatIsNotAShortUtf8StringIsRefused() {
    assertRefused("CN=alice", new DERIA5String("admin"), "role extension that is not a short");
    assertRefused("CN=alice", new DERUTF8String("a".repeat(300)), "role extension that is not");
    assertRefused("CN=alice", new DERUTF8String(""), "role of 1 to 64");
  }

  private static void assertRefused(
      String subject, @Nullable ASN1Encodable roleExtension, String problem) {
    assertThatThrownBy(() -> caller(subject, roleExtension))
        .hasMessageStartingWith("UNAUTHENTICATED: the client certificate ")
        .hasMessageContaining(problem);
  }

  private static Caller caller(String subject, @Nullable ASN1Encodable roleExtension)
      throws Exception {
    return CallerCertificate.caller(certificate(subject, roleExtension));
  }

  private static X509Certificate certificate(String subject, @Nullable ASN1Encodable roleExtension)
      throws Exception {
    KeyPair keys = KeyPairGenerator.getInstance("EC").generateKeyPair();
    X500Name name = new X500Name(subject);
    Instant now = Instant.now();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            name,
            BigInteger.ONE,
            Date.from(now),
            Date.from(now.plusSeconds(60)),
            name,
            keys.getPublic());
    if (roleExtension != null) {
      builder.addExtension(
          new ASN1ObjectIdentifier(CallerCertificate.ROLE_EXTENSION), false, roleExtension);
    }
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
  }
}
