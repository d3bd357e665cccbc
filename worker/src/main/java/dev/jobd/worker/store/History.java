package dev.jobd.worker.store;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.OutputRule;
import dev.jobd.worker.model.Owner;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of ended jobs, and how it is let go. Safe for use by many threads; the futures
 * complete as those of {@link JobStore} do.
 *
 * <p>A job's directory is not the store's, so both cannot change in one step. Whoever gives up an
 * output does it here first: that it is gone and that its directory is to be removed are made
 * durable together. A crash after that leaves an entry of {@link #removals}, never a record that
 * promises what is not there.
 */
public interface History {
  /**
   * How much there is of what may be let go.
   *
   * @param jobs that have ended
   * @param outputBytes of their outputs, where not expired
   */
  record Holdings(long jobs, long outputBytes) {}

  /**
   * An ended job, as far as deciding what to let go takes it.
   *
   * @param outputBytes 0 where its output is expired
   */
  record EndedJob(JobId id, Instant endedAt, long outputBytes) {}

  /** What became of a wish to delete a job. */
  enum Deletion {
    DELETED,
    ABSENT,
    /** The record says that the job lives: nothing was changed. */
    LIVE
  }

  Holdings holdings() throws IOException;

  /** Bytes of the outputs of this owner's ended jobs, where not expired. */
  long keptOutput(Owner owner) throws IOException;

  /** Those that ended first. */
  List<EndedJob> oldest(int most) throws IOException;

  /** Those that ended first, of those whose output is there. */
  List<EndedJob> oldestWithOutput(int most) throws IOException;

  /**
   * Notes that the output of an ended job is gone, and that its directory is to be removed. Changes
   * nothing where there is no such job, or its output has expired before.
   */
  CompletableFuture<Void> expireOutput(JobId id, Instant at, OutputRule rule);

  /**
   * Expires outputs for a quota as {@link #expireOutput} does, those that ended first before the
   * rest, until those that are left have at most {@code keep} bytes; all in one step, after every
   * write that was asked for before. Empty ones stay.
   *
   * @param owner whose outputs; {@code null} for those of all together
   * @param most that are expired in one step; where so many were, there may be more to do
   */
  CompletableFuture<List<JobId>> expireOldest(
      @Nullable Owner owner, long keep, int most, Instant at);

  /** Deletes the record of an ended job, and notes that its directory is to be removed. */
  CompletableFuture<Deletion> delete(JobId id);

  /**
   * Jobs whose directories are to be removed, by id.
   *
   * @param after only greater ids; {@code null} from the first
   */
  List<JobId> removals(@Nullable JobId after, int most) throws IOException;

  /** Those of {@code ids} that neither a record nor a removal is known of. */
  List<JobId> unknown(List<JobId> ids) throws IOException;

  /** Notes that the directory of a job is removed, durably. */
  CompletableFuture<Void> removed(JobId id);
}
