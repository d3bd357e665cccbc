package dev.jobd.cli;

import dev.jobd.api.Credentials;
import dev.jobd.api.PemException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import org.jspecify.annotations.Nullable;

/**
 * Why one end refused the other's certificate, in words about the files and names that people gave.
 *
 * @param files what was shown to the server, and who is to have issued its certificate
 */
record Distrust(ServerAddress server, CredentialFiles files) {

  /**
   * One line, with the way out.
   *
   * @param refusal as of {@link Transport#distrust}
   */
  String words(Exception refusal) {
    return refusal instanceof CertificateException here ? ofServer(here) : ofClient();
  }

  private String ofServer(CertificateException refusal) {
    String certificate = "the certificate of " + server + " ";
    String validity = validity(refusal);
    if (validity != null) {
      return certificate
          + validity
          + "; jobd pki issue DIR --server "
          + server.host()
          + " issues another, at the server";
    }
    if (isOfAnotherAuthority(refusal)) {
      return certificate
          + "was not issued by the authority in "
          + files.authority()
          + "; --ca or JOBCTL_CA names another";
    }
    // The JDK's checks of a host's name are the only ones that throw no more special exception.
    if (refusal.getClass().equals(CertificateException.class)) {
      return certificate
          + "is not for the name "
          + server.host()
          + "; --server or JOBCTL_SERVER takes one that it is for, and jobd pki issue DIR --server "
          + server.host()
          + " issues one for this, at the server";
    }
    return certificate + "is not accepted: " + refusal.getMessage();
  }

  /** An alert does not tell what is wrong with the certificate; but its dates are known here. */
  private String ofClient() {
    return server
        + " refused the certificate in "
        + files.certificate()
        + ": it "
        + whatIsWrong()
        + "; --cert or --user gives another";
  }

  private String whatIsWrong() {
    try {
      Credentials.read(files.certificate(), files.key()).chain().getFirst().checkValidity();
    } catch (CertificateException e) {
      return String.valueOf(validity(e));
    } catch (PemException e) {
      // Read a moment ago, and gone now: nothing more is known of it.
    }
    return "was not issued to a user by an authority that the server trusts";
  }

  /** What is wrong with a certificate's dates; {@code null} where nothing is. */
  private static @Nullable String validity(CertificateException e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof CertificateExpiredException) {
        return "has expired (" + t.getMessage() + ")";
      }
      if (t instanceof CertificateNotYetValidException) {
        return "is not valid yet (" + t.getMessage() + "): is the clock right?";
      }
    }
    return null;
  }

  private static boolean isOfAnotherAuthority(CertificateException e) {
    for (Throwable t = e.getCause(); t != null; t = t.getCause()) {
      boolean forged =
          t instanceof CertPathValidatorException path
              && path.getReason() == BasicReason.INVALID_SIGNATURE;
      if (forged || t instanceof CertPathBuilderException) {
        return true;
      }
    }
    return false;
  }
}
