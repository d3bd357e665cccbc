package dev.jobd.server.pki;

import dev.jobd.server.auth.Roles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code jobd pki}: makes a certificate authority and issues certificates. Prints the files that it
 * wrote on stdout, words for people on stderr.
 */
@Command(
    name = "pki",
    description = "Makes a certificate authority and issues certificates.",
    mixinStandardHelpOptions = true)
public final class PkiCommand {
  private static final String ROLES = "admin, user, submitter or auditor";
  private static final long MAX_DAYS = Pki.AUTHORITY_LIFE.toDays();

  private final InstantSource clock;
  private final PrintWriter out;
  private final PrintWriter err;

  /** What a command does; answers the files that it wrote. */
  private interface Work {
    List<Path> run() throws IOException, AuthorityExpiredException, UsageException;
  }

  /** An argument that cannot be, with the option's name. */
  private static final class UsageException extends Exception {
    UsageException(String message) {
      super(message);
    }
  }

  /**
   * A command that writes to the given streams.
   *
   * @param clock what time it is for the certificates
   */
  public PkiCommand(InstantSource clock, PrintWriter out, PrintWriter err) {
    this.clock = clock;
    this.out = out;
    this.err = err;
  }

  @Command(
      name = "init",
      description = "Makes a certificate authority: DIR/ca.crt and DIR/ca.key.",
      mixinStandardHelpOptions = true)
  int init(
      @Parameters(paramLabel = "DIR", description = "A directory to be made, or an empty one.")
          Path directory) {
    return report("init", () -> valid(Pki.init(directory, clock)));
  }

  @Command(
      name = "issue",
      description =
          "Issues a certificate to a user, as DIR/NAME.pem, or to a server, as DIR/server.crt and"
              + " DIR/server.key, in the place of an earlier one.",
      mixinStandardHelpOptions = true)
  int issue(
      @Parameters(paramLabel = "DIR", description = "What jobd pki init made.") Path directory,
      @Option(names = "--user", paramLabel = "NAME", description = "The user's name.")
          @Nullable String user,
      @Option(
              names = "--role",
              paramLabel = "ROLE",
              description = "The user's role: " + ROLES + ".")
          @Nullable String role,
      @Option(
              names = "--server",
              paramLabel = "HOST",
              arity = "1..*",
              description = "The names and addresses under which clients reach the server.")
          @Nullable List<String> hosts,
      @Option(
              names = "--days",
              paramLabel = "N",
              description =
                  "How many days it is valid: 1 to 3650, but not longer than the authority is."
                      + " Default: 90 for a user, 365 for a server.")
          @Nullable Integer days) {
    return report(
        "issue",
        () -> {
          if (user != null && role != null && hosts == null) {
            return issueUser(directory, user, role, days);
          }
          if (hosts != null && user == null && role == null) {
            return issueServer(directory, hosts, days);
          }
          throw new UsageException("give either --user NAME and --role ROLE, or --server HOST");
        });
  }

  private List<Path> issueUser(Path directory, String user, String role, @Nullable Integer days)
      throws IOException, AuthorityExpiredException, UsageException {
    Name userName = parse("--user", user, Name::new);
    if (!Roles.BUILT_IN.names().contains(role)) {
      throw new UsageException("--role must be " + ROLES + ", was '" + role + "'");
    }
    Duration life = life(days, Pki.USER_LIFE);
    return valid(Pki.open(directory, clock).issueUser(userName, new Name(role), life));
  }

  private List<Path> issueServer(Path directory, List<String> hosts, @Nullable Integer days)
      throws IOException, AuthorityExpiredException, UsageException {
    if (hosts.size() > CertificateAuthority.MAX_HOSTS) {
      throw new UsageException(
          "--server takes at most " + CertificateAuthority.MAX_HOSTS + " hosts");
    }
    List<HostName> names = new ArrayList<>();
    for (String host : hosts) {
      names.add(parse("--server", host, HostName::new));
    }
    Duration life = life(days, Pki.SERVER_LIFE);
    return valid(Pki.open(directory, clock).issueServer(names.stream().distinct().toList(), life));
  }

  private List<Path> valid(Pki.Issued issued) {
    err.println("valid until " + issued.end());
    X509Certificate replaced = issued.replaced();
    if (replaced != null) {
      err.printf(
          "in the place of one of %s, which is not revoked: it ends at %s%n",
          replaced.getSubjectX500Principal(), replaced.getNotAfter().toInstant());
    }
    return issued.files();
  }

  private int report(String command, Work work) {
    try {
      work.run().forEach(out::println);
      return ExitCode.OK;
    } catch (UsageException e) {
      String name = "jobd pki " + command;
      err.println(name + ": " + e.getMessage() + " (see " + name + " --help)");
      return ExitCode.USAGE;
    } catch (AuthorityExpiredException e) {
      err.println("jobd pki " + command + ": " + e.getMessage());
      return ExitCode.SOFTWARE;
    } catch (IOException e) {
      err.println("jobd pki " + command + ": " + inWords(e));
      return ExitCode.SOFTWARE;
    } finally {
      out.flush();
      err.flush();
    }
  }

  /** The JDK leaves these to be told from the class alone: their message is the path. */
  private static @Nullable String inWords(IOException failure) {
    return switch (failure) {
      case NoSuchFileException e -> e.getFile() + ": no such file or directory";
      case AccessDeniedException e -> e.getFile() + ": permission denied";
      case FileAlreadyExistsException e -> e.getFile() + ": is not a directory";
      default -> failure.getMessage();
    };
  }

  private static Duration life(@Nullable Integer days, Duration otherwise) throws UsageException {
    if (days == null) {
      return otherwise;
    }
    if (days < 1 || days > MAX_DAYS) {
      throw new UsageException("--days must be 1 to " + MAX_DAYS + ", was " + days);
    }
    return Duration.ofDays(days);
  }

  private static <T> T parse(String option, String text, Function<String, T> parser)
      throws UsageException {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw new UsageException(option + " " + e.getMessage());
    }
  }
}
