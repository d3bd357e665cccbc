package dev.jobd.cli;

import dev.jobd.api.Reasons;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;

/**
 * The directory that holds a person's credentials ({@code NAME.pem}, {@code ca.crt}) and what
 * jobctl remembers. What jobctl writes there only its user can read.
 */
record ConfigDirectory(Path path) {
  private static final String LAST_JOB = "last";

  /** {@code $XDG_CONFIG_HOME/jobctl}, or where that is not set {@code ~/.config/jobctl}. */
  static ConfigDirectory of(Environment environment) {
    // A relative path is to be ignored, says the XDG specification.
    Path base =
        environment
            .get("XDG_CONFIG_HOME")
            .map(Path::of)
            .filter(Path::isAbsolute)
            .orElse(environment.home().resolve(".config"));
    return new ConfigDirectory(base.resolve("jobctl"));
  }

  /** The certificate authority that servers are held to. */
  Path authority() {
    return path.resolve("ca.crt");
  }

  /** Certificate and key of one user. */
  Path credentials(String user) throws CommandFailure {
    if (user.contains("/") || user.startsWith(".")) {
      throw CommandFailure.usage("the user '" + user + "' is no name: --cert takes a path");
    }
    return path.resolve(user + ".pem");
  }

  /**
   * The id of the last job started from here.
   *
   * @throws CommandFailure where it cannot be read, or is no id
   */
  Optional<String> lastJob() throws CommandFailure {
    Path file = path.resolve(LAST_JOB);
    try {
      // Whatever bytes they are: what is no id is told as that.
      String id = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
      if (!JobReferences.isFixed(id)) {
        throw unusable(file + " holds no job's id");
      }
      return Optional.of(id);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (FileSystemException e) {
      throw unusable(Reasons.of(e));
    } catch (IOException e) {
      throw unusable(file + ": " + Reasons.of(e)); // from reading, not opening: of a directory
    }
  }

  private static CommandFailure unusable(String problem) {
    return new CommandFailure(
        ExitCode.FAILED,
        "cannot tell which job is @last: " + problem + "; give the job's id or name");
  }

  /** Whoever reads at the same time sees the id before or this one, never a part. */
  void rememberLastJob(String id) throws IOException {
    Files.createDirectories(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path temporary = path.resolve(LAST_JOB + "." + ProcessHandle.current().pid());
    try (var channel =
        Files.newByteChannel(
            temporary,
            EnumSet.of(
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      channel.write(StandardCharsets.UTF_8.encode(id + "\n"));
    }
    Files.move(temporary, path.resolve(LAST_JOB), StandardCopyOption.ATOMIC_MOVE);
  }
}
