package dev.jobd.worker.cgroup;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits for killed processes to be gone. A process leaves its group in its own time: it may first
 * have to finish an uninterruptible call.
 */
final class Emptiness {
  /** After this, somebody has to look at what holds the process. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private Emptiness() {}

  /**
   * Waits for the kernel's word that a group of the cgroup2 tree is empty: {@code populated 0} in
   * {@code cgroup.events}, whose changes the kernel tells to inotify: cgroups(7).
   *
   * @throws IOException where it is not within {@link #PATIENCE}
   */
  static void await(Path unified) throws IOException {
    try (WatchService changes = unified.getFileSystem().newWatchService()) {
      unified.register(changes, StandardWatchEventKinds.ENTRY_MODIFY);
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (ControlFile.read(unified.resolve("cgroup.events")).contains("populated 1")) {
        WatchKey key = changes.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (key == null) {
          throw stillThere(unified, Groups.processesBelow(unified));
        }
        key.pollEvents(); // or reset would queue the key again at once
        key.reset();
      }
    } catch (NoSuchFileException e) {
      // Gone, so empty.
    } catch (InterruptedException e) {
      throw interrupted(unified);
    }
  }

  /**
   * The same for a group of a v1 hierarchy, which tells nothing itself, and the processes that were
   * killed in it.
   */
  static void await(Path group, Collection<Long> killed) throws IOException {
    CompletableFuture<?>[] ends =
        killed.stream()
            .flatMap(process -> ProcessHandle.of(process).stream())
            .map(ProcessHandle::onExit)
            .toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(ends).get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw stillThere(group, Groups.processesBelow(group));
    } catch (InterruptedException e) {
      throw interrupted(group);
    } catch (ExecutionException e) {
      throw new AssertionError(e); // an exit is never exceptional
    }
  }

  private static CgroupException stillThere(Path group, Collection<Long> processes) {
    return new CgroupException(
        "kill " + group,
        "processes " + processes + " are there " + PATIENCE.toSeconds() + " s after SIGKILL");
  }

  private static InterruptedIOException interrupted(Path group) {
    Thread.currentThread().interrupt();
    return new InterruptedIOException(
        "interrupted while the killed processes of " + group + " ended");
  }
}
