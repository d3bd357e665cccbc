package dev.jobd.worker;

import dev.jobd.worker.launch.CrashPoint;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.output.CompressedDraft;
import dev.jobd.worker.output.JournalPart;
import dev.jobd.worker.output.NoRoomException;
import dev.jobd.worker.store.JobStore;
import dev.jobd.worker.store.Uncompressed;
import dev.jobd.worker.store.Uncompressed.Output;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Compresses the journals of ended jobs, one after the other, on a thread of its own. What is to be
 * done is noted with each job's end ({@link Uncompressed}), so a worker that comes later goes on
 * without looking for it; what a crash cut short is begun anew.
 *
 * <p>Nothing depends on it: where it fails, say for want of room on the disk, the journal stays as
 * it is and is tried again later ({@link Pause}), however often this is woken meanwhile.
 *
 * <p>Who removes a job's directory calls {@link #leave} first, after it has noted the removal. That
 * note takes the job off the list, and this looks at the list once more after it has said which job
 * it is at ({@code current}). So either it sees the note, or it is seen and waited for.
 */
final class Compressor implements Closeable {
  /** Outputs that are ticked off together. */
  static final int BATCH = 64;

  /** Nobody tells when there is room again, and there is no hurry. */
  static final Duration RETRY_DELAY = Duration.ofMinutes(10);

  private final @Nullable Duration after;
  private final Uncompressed outputs;
  private final StateDirectory state;
  private final InstantSource clock;
  private final Logger logger;
  private final Runnable step;
  private final Chore chore;
  private volatile @Nullable Turn current;

  /** Set by a pass that left something undone. */
  private @Nullable Pause pause;

  /** That something is left undone was told. */
  private boolean told;

  /**
   * What is left alone for a while.
   *
   * @param last with all that is before it on the list; {@code null} where all is to wait, for room
   *     on the disk
   */
  private record Pause(Instant until, @Nullable Output last) {
    /** A clock may have been set back. */
    boolean isOver(Instant now) {
      Duration left = Duration.between(now, until);
      return !left.isPositive() || left.compareTo(RETRY_DELAY) > 0;
    }
  }

  /** The time that one job's journal has. */
  private static final class Turn {
    private final JobId job;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private volatile boolean unwanted;

    Turn(JobId job) {
      this.job = job;
    }
  }

  Compressor(
      Retention retention,
      Uncompressed outputs,
      StateDirectory state,
      InstantSource clock,
      Logger logger) {
    this(retention, outputs, state, clock, logger, CrashPoint.COMPRESSION_STEP::reached);
  }

  /**
   * @param step run after each block, by the thread that compresses; for tests to hold it there
   */
  Compressor(
      Retention retention,
      Uncompressed outputs,
      StateDirectory state,
      InstantSource clock,
      Logger logger,
      Runnable step) {
    this.after = retention.compressAfter();
    this.outputs = outputs;
    this.state = state;
    this.clock = clock;
    this.logger = logger;
    this.step = step;
    this.chore =
        new Chore("jobd-compressor", "compress outputs", this::compress, RETRY_DELAY, logger);
  }

  void start() {
    chore.start();
  }

  /** A job has ended whose output is noted. */
  void wake() {
    chore.wake();
  }

  /**
   * Returns when nothing is done in this job's directory any more, within the time of a few blocks.
   * That the output is let go must be on record.
   */
  void leave(JobId job) {
    Turn turn = current;
    if (turn != null && turn.job.equals(job)) {
      turn.unwanted = true;
      turn.over.join();
    }
  }

  /**
   * Compresses all that is to be compressed by now.
   *
   * @return how long nothing is to be done
   */
  Duration compress() throws IOException {
    if (after == null) {
      return Chore.FOREVER;
    }
    if (pause != null && pause.isOver(clock.instant())) {
      pause = null;
    }
    Duration idle = pause != null && pause.last == null ? Chore.FOREVER : pass(after);
    if (pause == null) {
      told = false;
      return idle;
    }
    return earlier(idle, Duration.between(clock.instant(), pause.until));
  }

  /** The same, but for what is to wait. */
  private Duration pass(Duration age) throws IOException {
    List<Output> batch = outputs.uncompressed(pause == null ? null : pause.last, BATCH);
    while (!batch.isEmpty() && !chore.isClosed()) {
      Instant due = clock.instant().minus(age);
      List<CompletableFuture<Void>> ticks = new ArrayList<>();
      for (Output output : batch) {
        if (output.endedAt().isAfter(due)) {
          await(ticks);
          return Duration.between(due, output.endedAt());
        }
        try {
          compress(output, ticks);
        } catch (NoRoomException e) {
          await(ticks);
          return Chore.FOREVER;
        }
      }
      await(ticks);
      batch = outputs.uncompressed(batch.getLast(), BATCH);
    }
    return Chore.FOREVER;
  }

  private static Duration earlier(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private static void await(List<CompletableFuture<Void>> ticks) throws IOException {
    JobStore.await(CompletableFuture.allOf(ticks.toArray(CompletableFuture[]::new)));
    if (!ticks.isEmpty()) {
      CrashPoint.COMPRESSION_STORED.reached();
    }
  }

  /**
   * Compresses one, or notes that it is to wait.
   *
   * @throws NoRoomException where so are all others
   */
  private void compress(Output output, List<CompletableFuture<Void>> ticks) throws IOException {
    Turn turn = new Turn(output.job());
    current = turn;
    try {
      if (outputs.isUncompressed(turn.job) && compressAll(turn)) {
        ticks.add(outputs.compressed(turn.job));
      }
    } catch (NoRoomException e) {
      tell(turn.job, e);
      pause = new Pause(clock.instant().plus(RETRY_DELAY), null);
      throw e;
    } catch (IOException e) {
      tell(turn.job, e);
      Instant until = pause == null ? clock.instant().plus(RETRY_DELAY) : pause.until;
      pause = new Pause(until, output);
    } finally {
      current = null;
      turn.over.complete(null);
    }
  }

  private void tell(JobId job, IOException why) {
    if (!told) {
      told = true;
      logger.log(
          Level.WARNING,
          "compress the output of job " + job + ", to be tried again, and others without a word",
          why);
    }
  }

  /** Tells whether it came to the end. */
  private boolean compressAll(Turn turn) throws IOException {
    Path directory = state.job(turn.job.toString());
    for (JournalPart part : JournalPart.values()) {
      try (CompressedDraft draft = CompressedDraft.begin(directory, part)) {
        if (draft != null && !compress(draft, turn)) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean compress(CompressedDraft draft, Turn turn) throws IOException {
    boolean more = true;
    while (more) {
      if (turn.unwanted || chore.isClosed()) {
        return false;
      }
      more = draft.step();
      step.run();
    }
    if (draft.shrinks()) {
      CrashPoint.COMPRESSION_DRAFTED.reached();
      draft.name();
      CrashPoint.COMPRESSION_NAMED.reached();
      draft.removePlain();
      CrashPoint.PLAIN_REMOVED.reached();
    }
    return true;
  }

  /** Returns when the thread has ended; what it was at is begun anew by the next one. */
  @Override
  public void close() {
    chore.close();
  }
}
