package dev.jobd.worker;

import dev.jobd.worker.output.JournalPart;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The directory that a worker keeps everything in, for its owner's eyes only. One worker holds it
 * at a time.
 *
 * <pre>
 *   lock          locked while a worker lives, with its pid
 *   instance      a random name, which tells this directory's cgroups from another's
 *   cgroups       where they are, and were for earlier workers whose jobs may live
 *   jobs.db       the records
 *   jobs/ID/      one job: output and index, plain or compressed, exit, and the socket of its shim
 * </pre>
 */
final class StateDirectory implements Closeable {
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PRIVATE);

  private static final String INSTANCE = "instance";
  private static final String CGROUPS = "cgroups";
  private static final String JOBS = "jobs";
  private static final String DRAFT = ".tmp";

  /** All that is in a directory that no worker has kept a record in; the lock goes last. */
  private static final List<String> WITHOUT_RECORDS =
      List.of(JOBS, CGROUPS + DRAFT, CGROUPS, INSTANCE + DRAFT, INSTANCE, StateLock.FILE);

  /** Belongs to the effective user: proc(5). */
  private static final Path SELF = Path.of("/proc/self");

  private final Path root;
  private final StateLock lock;

  /** Whether it was not there before. */
  private final boolean made;

  private StateDirectory(Path root, StateLock lock, boolean made) {
    this.root = root;
    this.lock = lock;
    this.made = made;
  }

  /**
   * Where another worker holds it, says so and waits for its end, {@link StateLock#MAX_WAIT} at
   * most.
   */
  static StateDirectory open(Path path, Logger logger) throws IOException {
    Path root = path.toAbsolutePath().normalize();
    boolean made = !Files.exists(root);
    Files.createDirectories(root, OWNER_ONLY);
    makePrivate(root);
    StateDirectory state = new StateDirectory(root, StateLock.take(root, logger), made);
    try {
      state.makeJobs();
      return state;
    } catch (IOException | RuntimeException e) {
      state.lock.close();
      throw e;
    }
  }

  private void makeJobs() throws IOException {
    if (!Files.isDirectory(jobs(), LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(jobs(), OWNER_ONLY);
    }
    makePrivate(jobs());
  }

  /**
   * Closes it, and removes it where this made it, unless there is anything to keep: another worker
   * may have made it at the same time, and had it before.
   */
  void takeBack() throws IOException {
    try (lock) {
      if (made && isEmpty(jobs()) && holdsNothingBut(WITHOUT_RECORDS)) {
        for (String name : WITHOUT_RECORDS) {
          Files.deleteIfExists(root.resolve(name));
        }
        Files.delete(root);
      }
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.findAny().isEmpty();
    }
  }

  private boolean holdsNothingBut(List<String> names) throws IOException {
    try (Stream<Path> entries = Files.list(root)) {
      return entries.allMatch(entry -> names.contains(entry.getFileName().toString()));
    }
  }

  /**
   * Takes a directory that was there before only from this process's own user, or another could
   * have put a link in the place of a file that is written here, or could do so at any time. Closes
   * it to all others.
   */
  private static void makePrivate(Path directory) throws IOException {
    if (!Files.getOwner(directory).equals(Files.getOwner(SELF))) {
      throw new IOException(
          "state directory "
              + directory
              + " belongs to "
              + Files.getOwner(directory).getName()
              + ", who could replace what is in it; choose another directory");
    }
    Set<PosixFilePermission> before = Files.getPosixFilePermissions(directory);
    if (before.contains(PosixFilePermission.GROUP_WRITE)
        || before.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException(
          "state directory "
              + directory
              + " can be written to by others, who may have put links in it; choose another"
              + " directory, or look into it and close it with chmod go-w");
    }
    Files.setPosixFilePermissions(directory, PRIVATE);
  }

  /** The name of this directory's cgroups; made up once, then kept, also through a power loss. */
  String instance() throws IOException {
    Path file = root.resolve(INSTANCE);
    if (!Files.exists(file)) {
      write(file, HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt()));
    }
    String instance = Files.readString(file, StandardCharsets.US_ASCII).strip();
    if (!instance.matches("[0-9a-f]{8}")) {
      throw new IOException(file + " is damaged: it must hold 8 hexadecimal digits");
    }
    return instance;
  }

  private void write(Path file, String content) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + DRAFT);
    Files.writeString(draft, content);
    force(draft, StandardOpenOption.WRITE); // or the name could come to be before the content
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    force(root, StandardOpenOption.READ);
  }

  private static void force(Path path, StandardOpenOption access) throws IOException {
    try (FileChannel channel = FileChannel.open(path, access)) {
      channel.force(true);
    }
  }

  /** Where workers of this directory have made cgroups, as {@link #keepCgroupPlaces} was told. */
  List<Path> cgroupPlaces() throws IOException {
    Path file = root.resolve(CGROUPS);
    if (!Files.exists(file)) {
      return List.of();
    }
    List<Path> places = Files.readAllLines(file).stream().map(Path::of).toList();
    for (Path place : places) {
      if (!place.isAbsolute() || !place.equals(place.normalize()) || !place.endsWith(instance())) {
        throw new IOException(
            "%s is damaged: '%s' is no directory of %s; remove the file, and cgroups of earlier jobs"
                    .formatted(file, place, instance())
                + " may stay behind");
      }
    }
    return places;
  }

  void keepCgroupPlaces(List<Path> places) throws IOException {
    if (!places.equals(cgroupPlaces())) {
      write(
          root.resolve(CGROUPS),
          places.stream().map(place -> place + "\n").collect(Collectors.joining()));
    }
  }

  Path database() {
    return root.resolve("jobs.db");
  }

  Path job(String id) {
    return jobs().resolve(id);
  }

  /** Where jobs have their directories. */
  Path jobs() {
    return root.resolve(JOBS);
  }

  Path createJob(String id) throws IOException {
    return Files.createDirectory(job(id), OWNER_ONLY);
  }

  /**
   * Removes a job's directory with all that is in it, the index first: without it there is no
   * journal, and no reader takes what is left for one.
   */
  void removeJob(String id) throws IOException {
    Files.deleteIfExists(JournalPart.INDEX.plain(job(id)));
    Files.deleteIfExists(JournalPart.INDEX.compressed(job(id)));
    removeTree(job(id));
  }

  /** Makes durable which jobs have a directory. */
  void syncJobs() throws IOException {
    force(jobs(), StandardOpenOption.READ);
  }

  /**
   * Removes a directory with all that is in it, and follows no links; does nothing where it is
   * gone, also where another thread removes it at the same time.
   */
  static void removeTree(Path directory) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          removeTree(entry);
        } else {
          Files.deleteIfExists(entry);
        }
      }
    } catch (NoSuchFileException e) {
      return;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    Files.deleteIfExists(directory);
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
