package dev.jobd.server.auth;

import dev.jobd.api.Errors;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.Owner;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Reads who calls from a certificate whose chain has been verified: the user is the subject's one
 * common name, the role its one organization or the role extension. Nothing is guessed: what is
 * doubled, contradictory or malformed names nobody.
 */
final class CallerCertificate {
  /**
   * The role extension: an ASN.1 UTF8String. The arc is the private enterprise number that RFC 5612
   * keeps for documentation; it can clash with nobody's real one, and stays until jobd has a number
   * of its own.
   */
  static final String ROLE_EXTENSION = "1.3.6.1.4.1.32473.24482.1";

  /** Of a user or role, in characters: X.520's bound on common and organization names. */
  static final int MAX_LENGTH = 64;

  private static final byte DER_OCTET_STRING = 0x04;
  private static final byte DER_UTF8_STRING = 0x0c;

  /** Below it, DER writes a length as one byte. */
  private static final int DER_LONG_LENGTH = 128;

  private CallerCertificate() {}

  /**
   * The caller that {@code certificate} names.
   *
   * @throws io.grpc.StatusRuntimeException UNAUTHENTICATED where it does not name exactly one user
   *     and role
   */
  static Caller caller(X509Certificate certificate) {
    List<String> users = subjectValues(certificate, "CN");
    if (users.size() != 1) {
      throw refused("must have exactly one common name (CN), has " + users.size());
    }
    return new Caller(
        requireName("common name (CN)", users.getFirst()), requireName("role", role(certificate)));
  }

  private static String role(X509Certificate certificate) {
    List<String> organizations = subjectValues(certificate, "O");
    if (organizations.size() > 1) {
      throw refused("must have one organization (O) as its role, has " + organizations.size());
    }
    @Nullable String extension = roleExtension(certificate);
    if (organizations.isEmpty()) {
      if (extension == null) {
        throw refused("has no role: neither an organization (O) nor the role extension");
      }
      return extension;
    }
    if (extension != null && !extension.equals(organizations.getFirst())) {
      throw refused("has two roles: its organization (O) and its role extension differ");
    }
    return organizations.getFirst();
  }

  private static List<String> subjectValues(X509Certificate certificate, String type) {
    String subject = certificate.getSubjectX500Principal().getName(X500Principal.RFC2253);
    List<String> values = new ArrayList<>();
    try {
      for (Rdn rdn : new LdapName(subject).getRdns()) {
        @Nullable Attribute attribute = rdn.toAttributes().get(type);
        for (int i = 0; attribute != null && i < attribute.size(); i++) {
          if (!(attribute.get(i) instanceof String text)) {
            throw refused("has a subject whose " + type + " is not text");
          }
          values.add(text);
        }
      }
    } catch (InvalidNameException e) {
      throw refused("has a malformed subject");
    } catch (NamingException e) {
      throw new AssertionError("an attribute in memory could not be read", e);
    }
    return values;
  }

  private static @Nullable String roleExtension(X509Certificate certificate) {
    byte @Nullable [] value = certificate.getExtensionValue(ROLE_EXTENSION);
    if (value == null) {
      return null;
    }
    if (!isShortUtf8String(value)) {
      throw refused("has a role extension that is not a short UTF8String");
    }
    try {
      ByteBuffer text = ByteBuffer.wrap(value, 4, value.length - 4);
      return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
    } catch (CharacterCodingException e) {
      throw refused("has a role extension that is not UTF-8");
    }
  }

  /**
   * Whether {@code der} is an OCTET STRING, as every extension is, that holds one UTF8String and
   * nothing else.
   */
  private static boolean isShortUtf8String(byte[] der) {
    return der.length >= 4
        && der.length < DER_LONG_LENGTH
        && der[0] == DER_OCTET_STRING
        && der[1] == der.length - 2
        && der[2] == DER_UTF8_STRING
        && der[3] == der.length - 4;
  }

  private static String requireName(String what, String value) {
    if (value.isBlank() || value.length() > MAX_LENGTH) {
      throw refused("must have a " + what + " of 1 to " + MAX_LENGTH + " characters");
    }
    try {
      Owner.requireName(what, value);
    } catch (InvalidSpecException e) {
      throw refused("has invisible or control characters in its " + what);
    }
    return value;
  }

  private static RuntimeException refused(String problem) {
    return Errors.unauthenticated("the client certificate " + problem);
  }
}
