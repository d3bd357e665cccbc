package dev.jobd.worker;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One process's hold on a state directory. Ends with the process, however that ends. The file says
 * who holds it, for the words of a refusal alone.
 *
 * <p>A process that closes any descriptor of the file loses its lock (fcntl(2), POSIX locks): so
 * while it has one, it does not open the file again.
 */
final class StateLock implements Closeable {
  /** For a holder that is ending; longer than an orderly end takes. */
  static final Duration MAX_WAIT = Duration.ofSeconds(10);

  /** Its name in the directory. */
  static final String FILE = "lock";

  private static final int MAX_PID_BYTES = 20;

  /** The files that this process has open. */
  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private StateLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes it, and waits for one that has it to end.
   *
   * @param logger told whose end is waited for
   * @throws IOException where it is still held after {@link #MAX_WAIT}, or held by this process
   */
  static StateLock take(Path directory, Logger logger) throws IOException {
    Path file = directory.toRealPath().resolve(FILE);
    if (!OPEN.add(file)) {
      throw refused(directory, " (pid " + ProcessHandle.current().pid() + ")");
    }
    try {
      return open(directory, file, logger);
    } catch (IOException | RuntimeException e) {
      OPEN.remove(file);
      throw e;
    }
  }

  private static StateLock open(Path directory, Path file, Logger logger) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      Object opened = identity(file);
      if (!locksAtOnce(channel)) {
        logger.log(
            Level.WARNING,
            inUse(directory, holder(channel))
                + ": waiting up to "
                + MAX_WAIT.toSeconds()
                + " s for its end");
        if (!locksInTime(channel)) {
          throw refused(directory, holder(channel));
        }
      }
      if (opened == null || !opened.equals(identity(file))) {
        throw new IOException(
            "state directory "
                + directory
                + " was removed by another jobd, which could not start; start this one again");
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(ownPid()), 0);
      return new StateLock(file, channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Which file has the name; {@code null} where none has. A look opens nothing. */
  private static @Nullable Object identity(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static boolean locksAtOnce(FileChannel channel) throws IOException {
    return channel.tryLock() != null;
  }

  /** The kernel wakes whoever waits for a lock; but it knows no bound, so a thread waits for it. */
  private static boolean locksInTime(FileChannel channel) throws IOException {
    CompletableFuture<FileLock> locked = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("jobd-state-lock")
        .start(
            () -> {
              try {
                locked.complete(channel.lock());
              } catch (IOException | RuntimeException e) {
                locked.completeExceptionally(e); // closed below, when it took too long
              }
            });
    try {
      locked.get(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IOException("cannot lock: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static byte[] ownPid() {
    return Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
  }

  /** The holder in brackets; nothing where it has not said. */
  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer pid = ByteBuffer.allocate(MAX_PID_BYTES);
    int length = channel.read(pid, 0);
    String text =
        new String(pid.array(), 0, Math.max(0, length), StandardCharsets.US_ASCII).strip();
    return text.matches("[0-9]+") ? " (pid " + text + ")" : "";
  }

  private static String inUse(Path directory, String holder) {
    return "state directory " + directory + " is in use by another jobd" + holder;
  }

  private static IOException refused(Path directory, String holder) {
    return new IOException(
        inUse(directory, holder)
            + ", which may still be ending; stop it or choose another directory");
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      OPEN.remove(file);
    }
  }
}
