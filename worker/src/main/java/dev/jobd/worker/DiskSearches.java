package dev.jobd.worker;

import dev.jobd.worker.OwnerThreads.NoTurnException;
import dev.jobd.worker.cgroup.DiskSearch;
import dev.jobd.worker.cgroup.UnansweredException;
import dev.jobd.worker.model.Owner;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * Searches for the disks of paths that owners give: such a disk may keep who asks for ever. So they
 * have {@link OwnerThreads}, {@link #THREADS} of them.
 */
final class DiskSearches {
  static final int THREADS = 2;

  /** Of a search for its turn, and then for its answer. */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  private final OwnerThreads threads;

  DiskSearches(Duration patience) {
    this.threads = new OwnerThreads("jobd-disk-search", THREADS, patience);
  }

  DiskSearch of(Owner owner) {
    return (path, search) -> run(owner, path, search);
  }

  private String run(Owner owner, String path, DiskSearch.Search search) throws IOException {
    try {
      return threads.await(threads.begin(owner, search::disk));
    } catch (NoTurnException e) {
      throw new UnansweredException(
          path + " cannot be looked at before searches for other disks are answered");
    } catch (TimeoutException e) {
      throw new UnansweredException(path + " does not answer");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("search for the disk of " + path + ": interrupted");
    }
  }
}
