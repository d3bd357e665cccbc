package dev.jobd.worker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateLockTest {
  private static final int BOUND_SECONDS = 60;

  @Test
  void itsFileSaysWhoHoldsIt(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("lock"), "123456789012345678 of before");
    StateLock.take(directory, new HeardLogger()).close();
    assertThat(directory.resolve("lock")).hasContent(Long.toString(ProcessHandle.current().pid()));
  }

  @Test
  void theEndOfAnotherHolderIsWaitedFor(@TempDir Path directory) throws Exception {
    Process holder = hold(directory);
    try {
      HeardLogger logger = new HeardLogger();
      CompletableFuture<StateLock> taken = take(directory, logger);
      // It has to wait: whether it does so yet does not matter.
      assertThat(taken).isNotDone();
      assertThat(logger.awaitFirst(BOUND_SECONDS))
          .isEqualTo(
              "WARNING state directory %s is in use by another jobd (pid %d): waiting up to 10 s for its end"
                  .formatted(directory, holder.pid()));

      holder.destroyForcibly();

      taken.get(BOUND_SECONDS, SECONDS).close();
    } finally {
      holder.destroyForcibly().waitFor();
    }
  }

  @Test
  void aFileThatItsHolderRemovedMeanwhileIsNoHold(@TempDir Path directory) throws Exception {
    Process holder = hold(directory);
    try {
      HeardLogger logger = new HeardLogger();
      CompletableFuture<StateLock> taken = take(directory, logger);
      assertThat(logger.awaitFirst(BOUND_SECONDS)).contains("in use");

      Files.delete(directory.resolve("lock"));
      holder.destroyForcibly();

      assertThatThrownBy(() -> taken.get(BOUND_SECONDS, SECONDS))
          .hasMessageContaining("was removed by another jobd");
    } finally {
      holder.destroyForcibly().waitFor();
    }
  }

  @Test
  void aSecondHoldInTheSameProcessIsRefusedAndCostsTheFirstNothing(@TempDir Path directory)
      throws Exception {
    try (StateLock _ = StateLock.take(directory, new HeardLogger())) {
      assertThatThrownBy(() -> StateLock.take(directory, new HeardLogger()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("in use by another jobd (pid " + ProcessHandle.current().pid());
      String inode = ":" + Files.getAttribute(directory.resolve("lock"), "unix:ino") + " ";
      assertThat(Files.readAllLines(Path.of("/proc/locks"))).anyMatch(lock -> lock.contains(inode));
    }
    StateLock.take(directory, new HeardLogger()).close();
  }

  private static CompletableFuture<StateLock> take(Path directory, HeardLogger logger) {
    CompletableFuture<StateLock> taken = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                taken.complete(StateLock.take(directory, logger));
              } catch (IOException | RuntimeException e) {
                taken.completeExceptionally(e);
              }
            });
    return taken;
  }

  private static Process hold(Path directory) throws Exception {
    Process holder =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(holder.inputReader().readLine()).isEqualTo("held");
    return holder;
  }

  /** Another process: holds the lock until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws Exception {
      try (StateLock _ = StateLock.take(Path.of(args[0]), new HeardLogger())) {
        System.out.println("held");
        System.in.read();
      }
    }
  }
}
