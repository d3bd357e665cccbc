package dev.jobd.cli;

import dev.jobd.api.Reasons;
import java.io.IOException;
import java.nio.file.AccessMode;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The files that say who calls and whom to trust.
 *
 * @param certificate PEM; the caller's certificate, and what leads from it to the authority
 * @param key PEM; may be the same file
 * @param authority PEM; who must have issued the server's certificate
 */
record CredentialFiles(Path certificate, Path key, Path authority) {
  private static final String DEFAULT_USER = "client";

  /**
   * Finds them: options before the environment before the configuration directory, and a
   * certificate before a user's name. Without any, {@code client.pem} in the configuration
   * directory or in {@code ~/.ssl}.
   *
   * @throws CommandFailure a usage error, or not authenticated where there are none
   */
  static CredentialFiles find(
      Arguments arguments, Environment environment, ConfigDirectory directory)
      throws CommandFailure {
    String certificate = arguments.value("--cert");
    String key = arguments.value("--key");
    String user = arguments.value("--user");
    if (certificate != null && user != null) {
      throw CommandFailure.usage("--cert and --user both say who calls: give one of them");
    }
    if (certificate == null && user == null) {
      certificate = environment.get("JOBCTL_CERT").orElse(null);
      key = key != null ? key : environment.get("JOBCTL_KEY").orElse(null);
      user = environment.get("JOBCTL_USER").orElse(null);
    }
    Path chain = certificate != null ? Path.of(certificate) : ofUser(user, environment, directory);
    return new CredentialFiles(
            chain,
            key == null ? chain : Path.of(key),
            Optional.ofNullable(arguments.value("--ca"))
                .or(() -> environment.get("JOBCTL_CA"))
                .map(Path::of)
                .orElse(directory.authority()))
        .checked();
  }

  private static Path ofUser(
      @Nullable String user, Environment environment, ConfigDirectory directory)
      throws CommandFailure {
    Path chain = directory.credentials(user == null ? DEFAULT_USER : user);
    if (user != null || Files.exists(chain)) {
      return chain;
    }
    Path inHome = environment.home().resolve(".ssl/" + DEFAULT_USER + ".pem");
    if (Files.exists(inHome)) {
      return inHome;
    }
    if (!Files.notExists(chain)) {
      return chain; // It is not known whether it is there: what keeps one from looking is told.
    }
    throw new CommandFailure(
        ExitCode.NOT_ALLOWED,
        "no credentials: give --cert PEM (or JOBCTL_CERT), or --user NAME for NAME.pem in "
            + directory.path());
  }

  private CredentialFiles checked() throws CommandFailure {
    requireReadable("certificate", certificate, "--cert or --user names another");
    requireReadable("key", key, "--key names another");
    requireReadable("certificate authority", authority, "--ca or JOBCTL_CA names another");
    return this;
  }

  private static void requireReadable(String what, Path file, String wayOut) throws CommandFailure {
    try {
      // Not by opening it: a pipe from a shell's <(...) can be opened once.
      file.getFileSystem().provider().checkAccess(file, AccessMode.READ);
    } catch (NoSuchFileException e) {
      throw new CommandFailure(
          ExitCode.NOT_ALLOWED, "the " + what + " " + file + " does not exist; " + wayOut);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.NOT_ALLOWED,
          "the " + what + " cannot be read: " + Reasons.of(e) + "; " + wayOut);
    }
  }
}
