package dev.jobd.worker.cgroup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reading and writing the files through which the kernel controls groups. */
final class ControlFile {
  /** Linux has no larger page on any machine that a JVM runs on. */
  private static final long MAX_PAGE_BYTES = 64 << 10;

  /** Nor a smaller one. */
  private static final long MIN_PAGE_BYTES = 4 << 10;

  private static final int BUFFER_BYTES = 4096;

  /** What a read says of a file that could be opened: there are no numbers in Java's exceptions. */
  private static final Set<String> NOT_KEPT = Set.of("No such device", "Operation not supported");

  private ControlFile() {}

  /**
   * Writes {@code value} in one write, as the kernel wants it, to a file that must be there: a file
   * that this would create is no control file, and a limit in it bounds nothing.
   */
  static void write(Path file, String value) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(value.getBytes(StandardCharsets.US_ASCII));
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(bytes);
      if (bytes.hasRemaining()) { // how a channel tells of EAGAIN
        throw new IOException("Resource temporarily unavailable");
      }
    } catch (IOException e) {
      throw new CgroupException("write " + value + " to " + file, e);
    }
  }

  static void write(Path file, long value) throws IOException {
    write(file, Long.toString(value));
  }

  /** What {@code file} holds, without its last newline. */
  static String read(Path file) throws IOException {
    try {
      return Files.readString(file).stripTrailing();
    } catch (IOException e) {
      throw new CgroupException("read " + file, e);
    }
  }

  /**
   * What {@code file} holds; {@code null} where the kernel does not keep it: there is no such file
   * (ENOENT), its group was removed in between (ENODEV), or it is not counted (EOPNOTSUPP). Reads
   * no more than once where it can: every job's end waits for several of these.
   */
  static @Nullable String readIfKept(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] page = new byte[BUFFER_BYTES];
      int length = Math.max(0, in.read(page)); // all of a text that is shorter than that
      String text = new String(page, 0, length, StandardCharsets.US_ASCII);
      return length < BUFFER_BYTES
          ? text
          : text + new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      if (NOT_KEPT.contains(String.valueOf(e.getMessage()))) {
        return null;
      }
      throw new CgroupException("read " + file, e);
    }
  }

  /** Refuses where {@code file} holds anything but {@code written}. */
  static void verify(Path file, String written) throws IOException {
    String held = read(file);
    if (!held.equals(written)) {
      throw mismatch(file, written, held);
    }
  }

  static void verify(Path file, long written) throws IOException {
    verify(file, Long.toString(written));
  }

  /** As {@link #verify(Path, long)}, for a size that the kernel rounds down to whole pages. */
  static void verifyBytes(Path file, long written) throws IOException {
    String held = read(file);
    if (!isRounded(written, held)) {
      throw mismatch(file, Long.toString(written), held);
    }
  }

  /** Whether {@code held} may be what the kernel makes of {@code written}. */
  private static boolean isRounded(long written, String held) {
    return isWithin(MAX_PAGE_BYTES, written, held);
  }

  /** Whether the kernel would make the same of {@code written}, and so a write change nothing. */
  static boolean isAsGood(long written, String held) {
    return isWithin(MIN_PAGE_BYTES, written, held);
  }

  private static boolean isWithin(long page, long written, String held) {
    try {
      long lost = Math.subtractExact(written, Long.parseLong(held));
      return lost >= 0 && lost < page;
    } catch (NumberFormatException | ArithmeticException e) {
      return false; // "max", or what no size is
    }
  }

  static CgroupException mismatch(Path file, String written, String held) {
    return new CgroupException("verify " + file, "wrote " + written + ", read back " + held);
  }
}
