package dev.jobd.worker;

import dev.jobd.worker.launch.CrashPoint;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.store.History;
import dev.jobd.worker.store.History.Deletion;
import dev.jobd.worker.store.JobStore;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Lets go of ended jobs: those that {@link Retention} gives up, on a thread of its own, those that
 * somebody deletes, and the outputs that {@link Quotas} leave no room for.
 *
 * <p>The thread sleeps until a job has ended or the next one comes of age. Every removal is noted
 * before it is begun and ticked off when it is durable ({@link History}), so one that a crash cut
 * short is finished by the next collector. Only directories that are noted are removed, and noted
 * are only those of jobs whose records say that they have ended.
 */
final class Collector implements Closeable {
  /**
   * Jobs that are let go together, with one sync of the directory that holds theirs. Few enough for
   * a start that waits for the store meanwhile.
   */
  static final int BATCH = 64;

  /** Nobody tells when what refused a removal is gone: a full disk, a file that cannot go. */
  private static final Duration RETRY_DELAY = Duration.ofMinutes(1);

  private final Retention retention;
  private final History history;
  private final StateDirectory state;
  private final Compressor compressor;
  private final InstantSource clock;
  private final Logger logger;
  private final Chore chore;

  Collector(
      Retention retention,
      History history,
      StateDirectory state,
      Compressor compressor,
      InstantSource clock,
      Logger logger) {
    this.retention = retention;
    this.history = history;
    this.state = state;
    this.compressor = compressor;
    this.clock = clock;
    this.logger = logger;
    this.chore =
        new Chore("jobd-collector", "let go of ended jobs", this::collect, RETRY_DELAY, logger);
  }

  void start() {
    chore.start();
  }

  /** A job has ended. */
  void wake() {
    chore.wake();
  }

  /**
   * Deletes an ended job with its output. Returns when it is gone; a directory that cannot be
   * removed now is removed later.
   *
   * @throws IOException where the record cannot be deleted; nothing is, then
   */
  Deletion delete(JobId id) throws IOException {
    CrashPoint.DELETE_ASKED.reached();
    CompletableFuture<Deletion> deletion = history.delete(id);
    JobStore.await(deletion.thenAccept(done -> {}));
    CrashPoint.DELETE_NOTED.reached();
    if (deletion.join() == Deletion.DELETED) {
      removeNow(List.of(id));
    }
    CrashPoint.DELETE_DONE.reached();
    return deletion.join();
  }

  /**
   * Lets go of outputs, those that ended first before the rest, until those that are left have at
   * most {@code keep} bytes. Returns when they are gone; a directory that cannot be removed now is
   * removed later.
   *
   * @param owner whose outputs; {@code null} for everybody's
   * @throws IOException where that cannot be noted; some outputs may be gone by then
   */
  void makeRoom(@Nullable Owner owner, long keep) throws IOException {
    List<JobId> expired;
    do {
      CompletableFuture<List<JobId>> notes =
          history.expireOldest(owner, keep, BATCH, clock.instant());
      JobStore.await(notes.thenAccept(done -> {}));
      expired = notes.join();
      if (!expired.isEmpty()) {
        logger.log(
            Level.INFO,
            "by quota the output of {0} jobs of {1} has expired",
            expired.size(),
            owner == null ? "all users" : owner);
        removeNow(expired);
      }
    } while (expired.size() == BATCH);
  }

  private void removeNow(List<JobId> ids) {
    try {
      remove(ids);
    } catch (IOException e) {
      logger.log(Level.ERROR, "tick off that jobs' directories are removed: " + ids, e);
    }
  }

  /**
   * Lets go of all that is to go, and finishes what was begun before.
   *
   * @return how long nothing is to be done
   */
  Duration collect() throws IOException {
    boolean clean = finishRemovals();
    while (!chore.isClosed()) {
      Instant now = clock.instant();
      Overdue overdue =
          Overdue.of(
              retention,
              history.holdings(),
              history.oldest(BATCH),
              history.oldestWithOutput(BATCH),
              now);
      if (overdue.isEmpty()) {
        Duration idle = overdue.until(now, Chore.FOREVER);
        return clean || idle.compareTo(RETRY_DELAY) < 0 ? idle : RETRY_DELAY;
      }
      clean &= letGo(overdue, now);
    }
    return Chore.FOREVER;
  }

  private boolean letGo(Overdue overdue, Instant now) throws IOException {
    List<JobId> gone = new ArrayList<>(overdue.outputs().keySet());
    gone.addAll(overdue.jobs());
    List<CompletableFuture<?>> notes = new ArrayList<>();
    overdue.outputs().forEach((id, rule) -> notes.add(history.expireOutput(id, now, rule)));
    overdue.jobs().forEach(id -> notes.add(history.delete(id)));
    await(notes);
    logger.log(
        Level.INFO,
        "by retention the output of {0} jobs has expired, and {1} jobs are deleted",
        overdue.outputs().size(),
        overdue.jobs().size());
    return remove(gone);
  }

  private boolean finishRemovals() throws IOException {
    boolean clean = true;
    List<JobId> begun = history.removals(null, BATCH);
    while (!begun.isEmpty() && !chore.isClosed()) {
      clean &= remove(begun);
      begun = history.removals(begun.getLast(), BATCH);
    }
    return clean;
  }

  /**
   * Removes the directories of jobs for which that is noted, and ticks them off.
   *
   * @return whether all are gone; one that is not keeps no other from it, and is tried again
   */
  private boolean remove(List<JobId> ids) throws IOException {
    List<JobId> removed = new ArrayList<>();
    for (JobId id : ids) {
      try {
        compressor.leave(id);
        state.removeJob(id.toString());
        removed.add(id);
      } catch (IOException e) {
        logger.log(Level.ERROR, "remove the directory of job " + id + ", to be tried again", e);
      }
    }
    CrashPoint.DIRECTORY_REMOVED.reached();
    state.syncJobs(); // or a directory could come back after a power loss, and be nobody's
    await(removed.stream().<CompletableFuture<?>>map(history::removed).toList());
    return removed.size() == ids.size();
  }

  private static void await(List<CompletableFuture<?>> writes) throws IOException {
    JobStore.await(CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)));
  }

  /** Returns when the thread has ended; what it was at is finished by the next collector. */
  @Override
  public void close() {
    chore.close();
  }
}
