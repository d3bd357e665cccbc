package dev.jobd.server.pki;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Writes files that appear under their name whole, durable and with their final permissions, or not
 * at all.
 *
 * @param permissions of the file, from before its first byte on
 */
record PkiFile(Path path, String permissions) {
  private static final String OWNER_ONLY = "rw-------";
  private static final String READABLE = "rw-r--r--";
  private static final String DIRECTORY = "rwx------";

  /** Belongs to the effective user: proc(5). */
  private static final Path SELF = Path.of("/proc/self");

  /** A file that holds a private key. */
  static PkiFile secret(Path path) {
    return new PkiFile(path, OWNER_ONLY);
  }

  /** A file that everybody may read who may read its directory. */
  static PkiFile open(Path path) {
    return new PkiFile(path, READABLE);
  }

  /**
   * Makes {@code directory}, or takes it if it is there, empty and this process's own user's; mode
   * 0700 either way.
   */
  static void makeDirectory(Path directory) throws IOException {
    Files.createDirectories(directory, attribute(DIRECTORY));
    if (!Files.getOwner(directory).equals(Files.getOwner(SELF))) {
      throw new IOException(
          directory
              + ": belongs to "
              + Files.getOwner(directory).getName()
              + ", who could put another authority in its place: choose another");
    }
    try (Stream<Path> entries = Files.list(directory)) {
      if (entries.findAny().isPresent()) {
        throw new IOException(directory + ": is not empty: keys need a directory of their own");
      }
    }
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(DIRECTORY));
  }

  /**
   * Writes {@code text}; refuses where the name is taken, also by somebody who takes it just now.
   */
  void create(String text) throws IOException {
    Path temporary = writeTemporary(text);
    try {
      // Unlike a rename, link(2) never replaces.
      Files.createLink(path, temporary);
    } catch (FileAlreadyExistsException e) {
      throw new IOException(path + ": exists and is never replaced", e);
    } finally {
      Files.delete(temporary);
    }
    sync(directory());
  }

  /** Writes {@code text}, in the place of what has the name. */
  void replace(String text) throws IOException {
    Path temporary = writeTemporary(text);
    try {
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
    sync(directory());
  }

  private Path writeTemporary(String text) throws IOException {
    Path temporary = directory().resolve(".new-" + UUID.randomUUID());
    try (FileChannel file =
        FileChannel.open(
            temporary,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            attribute(permissions))) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
      file.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
    return temporary;
  }

  private Path directory() {
    return path.resolveSibling("");
  }

  private static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static FileAttribute<Set<PosixFilePermission>> attribute(String permissions) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
  }
}
