package dev.jobd.api;

import java.io.ByteArrayOutputStream;
import java.security.PublicKey;
import java.util.Arrays;

/**
 * Keys in the algorithms' own forms (SEC1 for EC, PKCS#1 for RSA) made into PKCS#8 (RFC 5208),
 * which alone the JDK reads. PKCS#8 adds the algorithm's identifier, and the public key says which
 * that is:
 *
 * <pre>
 * PrivateKeyInfo       ::= SEQUENCE { version INTEGER 0, AlgorithmIdentifier, OCTET STRING key }
 * SubjectPublicKeyInfo ::= SEQUENCE { AlgorithmIdentifier, BIT STRING key }
 * </pre>
 */
final class Pkcs8 {
  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;
  private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};

  private Pkcs8() {}

  /** {@code key}, which is in its algorithm's own form, as PKCS#8. */
  static byte[] wrap(byte[] key, PublicKey publicKey) {
    ByteArrayOutputStream info = new ByteArrayOutputStream();
    info.writeBytes(VERSION_0);
    info.writeBytes(algorithm(publicKey.getEncoded()));
    info.writeBytes(element(OCTET_STRING, key));
    return element(SEQUENCE, info.toByteArray());
  }

  /** The first element within {@code subjectPublicKeyInfo}, which is the JDK's own encoding. */
  private static byte[] algorithm(byte[] subjectPublicKeyInfo) {
    int start = headerLength(subjectPublicKeyInfo, 0);
    int length = headerLength(subjectPublicKeyInfo, start) + subjectPublicKeyInfo[start + 1];
    return Arrays.copyOfRange(subjectPublicKeyInfo, start, start + length);
  }

  /**
   * Bytes of the tag and the length at {@code at}: a length of 128 or more says how many bytes it
   * takes.
   */
  private static int headerLength(byte[] der, int at) {
    int length = der[at + 1] & 0xff;
    return length < 0x80 ? 2 : 2 + (length & 0x7f);
  }

  private static byte[] element(int tag, byte[] content) {
    ByteArrayOutputStream element = new ByteArrayOutputStream();
    element.write(tag);
    int length = content.length;
    if (length < 0x80) {
      element.write(length);
    } else {
      int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
      element.write(0x80 | bytes);
      for (int i = bytes - 1; i >= 0; i--) {
        element.write(length >>> (8 * i));
      }
    }
    element.writeBytes(content);
    return element.toByteArray();
  }
}
