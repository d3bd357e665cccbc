package dev.jobd.worker.store;

import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.Page;
import dev.jobd.worker.model.RequestId;
import dev.jobd.worker.model.RequestedJob;
import dev.jobd.worker.model.StartRequest;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The durable records of jobs. Safe for use by many threads.
 *
 * <p>Writes are carried out in the order they were asked for, many in one transaction where they
 * come together. A write's future completes when the write is durable, that is when it would
 * survive the loss of power, and visible to every later read; or exceptionally with an {@link
 * IOException} that names the job, the place and the cause. A failed write is not visible and does
 * not touch any other; only where the medium itself failed may it still be found after a crash.
 * After a failure the store goes on as soon as the cause is gone.
 *
 * <p>The writes that wait are bounded in number and bytes. A caller that finds no room waits for
 * it, not interruptibly: every caller wants its write durable and would wait for that in any case,
 * and a refused write could be a verdict that nobody asks for a second time.
 *
 * <p>Dependents of the futures run on the store's one writing thread: they must not wait. They may
 * ask for more writes, and are not made to wait for room.
 */
public interface JobStore extends Closeable {
  /** How long a lazy update waits at most before it is carried out. */
  Duration LAZINESS = Duration.ofMillis(100);

  /** Adds a record. Fails where there is one with the same id. */
  default CompletableFuture<Void> insert(JobRecord record) {
    return insert(record, null);
  }

  /**
   * Adds a record, with the request that it answers, if there is one that may be repeated. Fails
   * where there is a record with the same id, or one of the same owner for the same request.
   */
  CompletableFuture<Void> insert(JobRecord record, @Nullable StartRequest request);

  /**
   * Replaces what may change of a record: state and output. Fails where there is none with this id.
   *
   * <p>A job only moves on, and so does its record: an update to an earlier phase, and any update
   * of an ended record, completes and changes nothing. So the updates of one job may be asked for
   * by several threads without an order among them.
   */
  CompletableFuture<Void> update(JobRecord record);

  /**
   * Replaces the limits in a live job's specification.
   *
   * @return whether there is a record of it, and it has not ended; else nothing is changed
   */
  CompletableFuture<Boolean> updateLimits(JobRecord record);

  /**
   * As {@link #update}, for what somebody else could tell again: waits up to {@link #LAZINESS} for
   * another write to become durable with, and so mostly costs no wait for the disk of its own.
   */
  CompletableFuture<Void> updateLazily(JobRecord record);

  /**
   * The record of one job.
   *
   * @throws IOException where it cannot be read or is corrupt, naming the job
   */
  Optional<JobRecord> find(JobId id) throws IOException;

  /**
   * The job that a request of this owner's started.
   *
   * @throws IOException where its record cannot be read or is corrupt, naming the job
   */
  Optional<RequestedJob> find(Owner owner, RequestId request) throws IOException;

  /**
   * Records newest first, by the order of their insertion, in pages that stay right while records
   * are added: none is shown twice, none is left out that was there when the first page was read.
   * Where records are large, a page holds fewer than asked for, and where what is asked for is rare
   * among much that looks like it, fewer or none; only one without a token is the last. Every write
   * that was asked for before is done first, so that who has heard of a job's end does not find it
   * alive here.
   *
   * <p>A corrupt record does not fail the page. It is shown as ended with a {@link
   * dev.jobd.worker.model.Verdict.Lost} that says so, and with what can still be read of it.
   *
   * @throws InvalidSpecException naming {@code page_token}, where a page did not give it out
   */
  Page<JobRecord> list(JobQuery query) throws IOException;

  /**
   * Every record that was last written in a state other than ended, oldest first. A corrupt one is
   * shown as {@link #list} does, so it is the only kind here that reads as ended.
   */
  List<JobRecord> live() throws IOException;

  /**
   * Waits for a write, not interruptibly.
   *
   * @throws IOException where it failed
   */
  static <T> T await(CompletableFuture<T> write) throws IOException {
    try {
      return write.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
    }
  }

  /** Waits for the writes that were asked for, then closes. Whatever is asked later fails. */
  @Override
  void close() throws IOException;
}
