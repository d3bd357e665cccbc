package dev.jobd.server.pki;

import java.time.Instant;

/** The authority's own certificate has ended: what it issued would be refused everywhere. */
public final class AuthorityExpiredException extends Exception {
  AuthorityExpiredException(Instant end) {
    super("the certificate authority ended at " + end + ": make a new one");
  }
}
