package dev.jobd.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** All that a stream has delivered so far, for those who wait for it. */
final class Capture {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition grown = lock.newCondition();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private boolean ended;

  /** Reads {@code source} to its end on a thread of its own. */
  static Capture of(InputStream source) {
    Capture capture = new Capture();
    // Not a virtual thread: reads of pipes block their carriers, of which there are few.
    Thread.ofPlatform().daemon().start(() -> capture.drain(source));
    return capture;
  }

  private void drain(InputStream source) {
    byte[] chunk = new byte[64 << 10];
    try (source) {
      for (int n = source.read(chunk); n >= 0; n = source.read(chunk)) {
        append(chunk, n);
      }
    } catch (IOException e) {
      // The process is gone, and so is what it might have said.
    } finally {
      end();
    }
  }

  private void append(byte[] chunk, int length) {
    lock.lock();
    try {
      bytes.write(chunk, 0, length);
      grown.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      ended = true;
      grown.signalAll();
    } finally {
      lock.unlock();
    }
  }

  byte[] soFar() {
    lock.lock();
    try {
      return bytes.toByteArray();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until there are {@code count} bytes. */
  byte[] awaitBytes(int count, Duration bound) throws InterruptedException {
    await("%d bytes".formatted(count), () -> bytes.size() >= count, bound);
    return soFar();
  }

  /** Waits for the first line, without its end. */
  String awaitLine(Duration bound) throws InterruptedException {
    await("a line", () -> bytes.toString(UTF_8).indexOf('\n') >= 0, bound);
    return new String(soFar(), UTF_8).lines().findFirst().orElseThrow();
  }

  /** Waits until {@code text} has come so many times. */
  void awaitText(String text, int times, Duration bound) throws InterruptedException {
    await(
        "%s, %d times".formatted(text, times),
        () -> bytes.toString(UTF_8).split(Pattern.quote(text), -1).length > times,
        bound);
  }

  /** Waits for the text that the first group of {@code pattern} finds. */
  String awaitGroup(Pattern pattern, Duration bound) throws InterruptedException {
    await(pattern.pattern(), () -> pattern.matcher(bytes.toString(UTF_8)).find(), bound);
    Matcher matcher = pattern.matcher(new String(soFar(), UTF_8));
    assertThat(matcher.find()).isTrue();
    return matcher.group(1);
  }

  /** Waits for the end of the stream. */
  byte[] awaitEnd(Duration bound) throws InterruptedException {
    await("the end", () -> ended, bound);
    return soFar();
  }

  private void await(String what, BooleanSupplier there, Duration bound)
      throws InterruptedException {
    lock.lock();
    try {
      long left = bound.toNanos();
      while (!there.getAsBoolean() && !ended && left > 0) {
        left = grown.awaitNanos(left);
      }
      if (!there.getAsBoolean()) {
        throw new AssertionError(
            "waited %d ms for %s; the stream %s after: %s"
                .formatted(
                    TimeUnit.NANOSECONDS.toMillis(bound.toNanos() - left),
                    what,
                    ended ? "ended" : "goes on",
                    bytes.toString(UTF_8)));
      }
    } finally {
      lock.unlock();
    }
  }
}
