package dev.jobd.worker.store;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.Page;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The durable records of jobs. Writes are carried out in the order they were asked for, many in one transaction where they come together; the
 * future completes when the write would survive the loss of power, or exceptionally with an {@link IOException}. Safe for use by many threads.
 */
public interface JobStore extends Closeable {
  /** Adds a record. */
  CompletableFuture<Void> insert(JobRecord record);

  /** Replaces what may change of a record: state and output. */
  CompletableFuture<Void> update(JobRecord record);

  Optional<JobRecord> find(JobId id) throws IOException;

  /** Records newest first, in pages that stay right while records are added. */
  Page<JobRecord> list(JobQuery query) throws IOException;

  /** Every record that is not ended. */
  List<JobRecord> live() throws IOException;

  /** Waits for the writes that were asked for, then closes. */
  @Override
  void close() throws IOException;
}
