package dev.jobd.server.pki;

import dev.jobd.api.Credentials;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Issues certificates in memory: ECDSA on P-256, for one purpose each. A user's certificate holds
 * the name as CN and the role as O; a server's holds host names and addresses as alternative names,
 * and no role.
 */
public final class CertificateAuthority {
  /**
   * How far the clocks of two hosts may differ: certificates are valid from this long before they
   * are issued.
   */
  static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

  /** Names and addresses of one server. */
  static final int MAX_HOSTS = 100;

  private static final String CURVE = "secp256r1";
  private static final String SIGNATURE = "SHA256withECDSA";
  private static final int SERIAL_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Credentials credentials;
  private final InstantSource clock;

  /**
   * An authority that exists.
   *
   * @param credentials the authority's own certificate and key
   * @param clock what time it is for the certificates that are issued
   */
  public CertificateAuthority(Credentials credentials, InstantSource clock) {
    this.credentials = credentials;
    this.clock = clock;
  }

  /** A new authority, which may issue to users and servers but to no further authority. */
  public static CertificateAuthority create(Duration life, InstantSource clock) {
    KeyPair keys = newKeys();
    X500Name name =
        new X500NameBuilder(BCStyle.INSTANCE)
            .addRDN(BCStyle.CN, "jobd CA " + HexFormat.of().formatHex(randomBytes(4)))
            .build();
    Instant now = clock.instant();
    try {
      X509v3CertificateBuilder certificate =
          builder(name, now, now.plus(life), name, keys.getPublic())
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
              .addExtension(
                  Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      return new CertificateAuthority(
          new Credentials(keys.getPrivate(), List.of(sign(certificate, keys.getPrivate()))), clock);
    } catch (IOException e) {
      throw new IllegalStateException("encode a certificate: " + e.getMessage(), e);
    }
  }

  /** The authority's own certificate and key. */
  public Credentials credentials() {
    return credentials;
  }

  /** The authority's own certificate: what others trust. */
  public X509Certificate certificate() {
    return credentials.chain().getFirst();
  }

  /**
   * A certificate with which {@code user} may call servers.
   *
   * @param life shortened where the authority ends before
   * @throws AuthorityExpiredException where the authority has ended
   */
  public Credentials issueUser(Name user, Name role, Duration life)
      throws AuthorityExpiredException {
    X500Name subject =
        new X500NameBuilder(BCStyle.INSTANCE)
            .addRDN(BCStyle.O, role.value())
            .addRDN(BCStyle.CN, user.value())
            .build();
    return issue(subject, KeyPurposeId.id_kp_clientAuth, List.of(), life);
  }

  /**
   * A certificate with which a server may answer under any of {@code hosts}.
   *
   * @param life shortened where the authority ends before
   * @throws AuthorityExpiredException where the authority has ended
   */
  public Credentials issueServer(List<HostName> hosts, Duration life)
      throws AuthorityExpiredException {
    if (hosts.isEmpty() || hosts.size() > MAX_HOSTS) {
      throw new IllegalArgumentException(
          "a server has 1 to " + MAX_HOSTS + " names and addresses, was " + hosts.size());
    }
    X500Name subject =
        new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, "jobd server").build();
    return issue(subject, KeyPurposeId.id_kp_serverAuth, hosts, life);
  }

  private Credentials issue(
      X500Name subject, KeyPurposeId purpose, List<HostName> hosts, Duration life)
      throws AuthorityExpiredException {
    Instant now = clock.instant();
    Instant authorityEnd = certificate().getNotAfter().toInstant();
    if (!now.isBefore(authorityEnd)) {
      throw new AuthorityExpiredException(authorityEnd);
    }
    Instant end = now.plus(life).isBefore(authorityEnd) ? now.plus(life) : authorityEnd;
    KeyPair keys = newKeys();
    try {
      X500Name issuer = X500Name.getInstance(certificate().getSubjectX500Principal().getEncoded());
      X509v3CertificateBuilder certificate =
          builder(issuer, now, end, subject, keys.getPublic())
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
              .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
              .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose))
              .addExtension(
                  Extension.authorityKeyIdentifier,
                  false,
                  extensions().createAuthorityKeyIdentifier(certificate().getPublicKey()));
      if (!hosts.isEmpty()) {
        GeneralName[] names =
            hosts.stream().map(HostName::alternativeName).toArray(GeneralName[]::new);
        certificate.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
      }
      return new Credentials(keys.getPrivate(), List.of(sign(certificate, credentials.key())));
    } catch (IOException e) {
      throw new IllegalStateException("encode a certificate: " + e.getMessage(), e);
    }
  }

  private static X509v3CertificateBuilder builder(
      X500Name issuer, Instant now, Instant end, X500Name subject, PublicKey key)
      throws IOException {
    return new JcaX509v3CertificateBuilder(
            issuer,
            new BigInteger(SERIAL_BITS, RANDOM),
            Date.from(now.minus(CLOCK_SKEW)),
            Date.from(end),
            subject,
            key)
        .addExtension(
            Extension.subjectKeyIdentifier, false, extensions().createSubjectKeyIdentifier(key));
  }

  private static X509Certificate sign(X509v3CertificateBuilder certificate, PrivateKey key) {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(certificate.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
    } catch (OperatorCreationException | GeneralSecurityException e) {
      throw new IllegalStateException("sign a certificate: " + e.getMessage(), e);
    }
  }

  private static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(CURVE), RANDOM);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("make a key on " + CURVE + ": " + e.getMessage(), e);
    }
  }

  private static JcaX509ExtensionUtils extensions() {
    try {
      return new JcaX509ExtensionUtils();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no SHA-1 for key identifiers", e);
    }
  }

  private static byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    RANDOM.nextBytes(bytes);
    return bytes;
  }
}
