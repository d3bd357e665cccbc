package dev.jobd.worker.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ControlFileTest {
  /** What a pipe holds, where nobody changed it. */
  private static final int PIPE_BYTES = 64 << 10;

  @TempDir Path directory;

  @Test
  void aWriteThatTheKernelKeepsEndsWhenItsThreadIsInterrupted() throws Exception {
    Path full = directory.resolve("full");
    assertThat(new ProcessBuilder("mkfifo", full.toString()).inheritIO().start().waitFor())
        .isZero();
    try (RandomAccessFile pipe = new RandomAccessFile(full.toFile(), "rw")) {
      pipe.write(new byte[PIPE_BYTES]);
      CompletableFuture<IOException> failure = new CompletableFuture<>();
      Thread writer = Thread.ofPlatform().start(() -> failure.complete(write(full)));
      writer.interrupt();
      assertThat(failure.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(ClosedByInterruptException.class);
    }
  }

  private static IOException write(Path file) {
    try {
      ControlFile.write(file, 1);
      return new IOException("was written");
    } catch (IOException e) {
      return e;
    }
  }
}
