package dev.jobd.server.pki;

import dev.jobd.api.Credentials;
import dev.jobd.api.PemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A directory with a certificate authority and what it has issued. Private keys are readable by
 * their owner alone from before their first byte on, and every file is whole or absent, wherever
 * the machine stops.
 */
public final class Pki {
  /** How long a new authority lasts. */
  public static final Duration AUTHORITY_LIFE = Duration.ofDays(3650);

  /** How long a user's certificate lasts by default. */
  public static final Duration USER_LIFE = Duration.ofDays(90);

  /** How long a server's certificate lasts by default. */
  public static final Duration SERVER_LIFE = Duration.ofDays(365);

  private final Path directory;
  private final CertificateAuthority authority;

  /**
   * What was issued.
   *
   * @param files where it is
   * @param end until when it is valid
   * @param replaced the certificate that had its place, which stays as valid as it was; {@code
   *     null} where there was none that can be read
   */
  public record Issued(List<Path> files, Instant end, @Nullable X509Certificate replaced) {
    public Issued {
      files = List.copyOf(files);
    }
  }

  private Pki(Path directory, CertificateAuthority authority) {
    this.directory = directory;
    this.authority = authority;
  }

  /**
   * Makes {@code directory}, mode 0700, with a new authority in it.
   *
   * @throws IOException where there is one already, or anything else: keys do not go where other
   *     things are
   */
  public static Issued init(Path directory, InstantSource clock) throws IOException {
    Path certificate = authorityCertificate(directory);
    Path key = authorityKey(directory);
    if (exists(certificate) || exists(key)) {
      throw new IOException(directory + ": has a certificate authority, which is never replaced");
    }
    PkiFile.makeDirectory(directory);
    CertificateAuthority authority = CertificateAuthority.create(AUTHORITY_LIFE, clock);
    // The certificate comes last: an authority without one was never finished.
    PkiFile.secret(key).create(PemText.of(authority.credentials().key()));
    PkiFile.open(certificate).create(PemText.of(authority.certificate()));
    return issued(authority.credentials(), List.of(certificate, key), null);
  }

  /** Opens what {@link #init} made. */
  public static Pki open(Path directory, InstantSource clock) throws IOException {
    Path certificate = authorityCertificate(directory);
    if (!exists(certificate)) {
      throw new IOException(
          directory + ": has no certificate authority: run jobd pki init " + directory);
    }
    Credentials credentials = Credentials.read(certificate, authorityKey(directory));
    return new Pki(directory, new CertificateAuthority(credentials, clock));
  }

  /**
   * Issues to a user; certificate and key go to {@code USER.pem} together, in the place of earlier
   * ones.
   */
  public Issued issueUser(Name user, Name role, Duration life)
      throws IOException, AuthorityExpiredException {
    Credentials issued = authority.issueUser(user, role, life);
    Path file = directory.resolve(user + ".pem");
    @Nullable X509Certificate before = certificate(file);
    PkiFile.secret(file).replace(PemText.of(issued.chain().getFirst()) + PemText.of(issued.key()));
    return issued(issued, List.of(file), before);
  }

  /**
   * Issues to a server; certificate and key go to {@code server.crt} and {@code server.key}, in the
   * place of earlier ones.
   */
  public Issued issueServer(List<HostName> hosts, Duration life)
      throws IOException, AuthorityExpiredException {
    Credentials issued = authority.issueServer(hosts, life);
    Path certificate = directory.resolve("server.crt");
    Path key = directory.resolve("server.key");
    @Nullable X509Certificate before = certificate(certificate);
    PkiFile.secret(key).replace(PemText.of(issued.key()));
    PkiFile.open(certificate).replace(PemText.of(issued.chain().getFirst()));
    return issued(issued, List.of(certificate, key), before);
  }

  private static Issued issued(
      Credentials credentials, List<Path> files, @Nullable X509Certificate replaced) {
    return new Issued(files, credentials.chain().getFirst().getNotAfter().toInstant(), replaced);
  }

  private static @Nullable X509Certificate certificate(Path file) {
    try {
      return Credentials.readAuthorities(file).getFirst();
    } catch (PemException e) {
      return null;
    }
  }

  private static Path authorityCertificate(Path directory) {
    return directory.resolve("ca.crt");
  }

  private static Path authorityKey(Path directory) {
    return directory.resolve("ca.key");
  }

  private static boolean exists(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }
}
