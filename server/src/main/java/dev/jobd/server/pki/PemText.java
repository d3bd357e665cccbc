package dev.jobd.server.pki;

import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;

/** Writes PEM (RFC 7468). */
public final class PemText {
  private static final int LINE_LENGTH = 64;

  private PemText() {}

  public static String of(X509Certificate certificate) {
    try {
      return block("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("encode a certificate: " + e.getMessage(), e);
    }
  }

  /** In PKCS#8 form, not encrypted. */
  public static String of(PrivateKey key) {
    return block("PRIVATE KEY", key.getEncoded());
  }

  private static String block(String label, byte[] der) {
    byte[] newline = {'\n'};
    String body = Base64.getMimeEncoder(LINE_LENGTH, newline).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }
}
