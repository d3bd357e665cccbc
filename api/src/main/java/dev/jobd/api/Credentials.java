package dev.jobd.api;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What one end of a connection shows and proves: a certificate and the private key that belongs to
 * it.
 *
 * @param chain the certificate first, then those of its issuers that the other end may lack
 */
public record Credentials(PrivateKey key, List<X509Certificate> chain) {
  private static final byte[] PROBE = {'j', 'o', 'b', 'd'};

  public Credentials {
    chain = List.copyOf(chain);
  }

  /** Reads certificates and key from one PEM file. */
  public static Credentials read(Path certificatesAndKey) throws PemException {
    return read(certificatesAndKey, certificatesAndKey);
  }

  /**
   * Reads certificates and key from two PEM files. The key may be in PKCS#8, SEC1 or PKCS#1 form,
   * not encrypted.
   *
   * @throws PemException where a file cannot be read or the key is not the first certificate's
   */
  public static Credentials read(Path certificates, Path key) throws PemException {
    List<X509Certificate> chain = PemFile.read(certificates).certificates();
    PublicKey certified = chain.getFirst().getPublicKey();
    PrivateKey privateKey = PemFile.read(key).keyOf(certified);
    if (!belongTogether(privateKey, certified)) {
      throw new PemException(key, "has a private key that is not that of the certificate");
    }
    return new Credentials(privateKey, chain);
  }

  /** Reads the certificates of the authorities to trust, one or more, from a PEM file. */
  public static List<X509Certificate> readAuthorities(Path certificates) throws PemException {
    return PemFile.read(certificates).certificates();
  }

  private static boolean belongTogether(PrivateKey key, PublicKey certified) {
    String algorithm =
        switch (certified.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> certified.getAlgorithm();
        };
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(PROBE);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(PROBE);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** The subject alone: keys are not for logs. */
  @Override
  public String toString() {
    return "Credentials[" + chain.getFirst().getSubjectX500Principal() + "]";
  }
}
