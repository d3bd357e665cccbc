package dev.jobd.worker.store;

import dev.jobd.worker.model.JobId;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Which outputs are still to be compressed: noted in the transaction that ends their jobs, so that
 * nobody has to look for them among all. Safe for use by many threads.
 */
public interface Uncompressed {
  /**
   * Shorter outputs are not noted: not even the index of single bytes takes more than some pages of
   * a disk then.
   */
  long MIN_BYTES = 2048;

  /** The output of an ended job. */
  record Output(JobId job, Instant endedAt) {}

  /**
   * Outputs that are there and not noted as compressed, of those jobs first that ended first.
   *
   * @param after only what follows this one; {@code null} from the first
   */
  List<Output> uncompressed(@Nullable Output after, int most) throws IOException;

  /** Whether the output of this job is one of them now. */
  boolean isUncompressed(JobId job) throws IOException;

  /**
   * Notes that there is nothing more to compress of a job, as lazily as {@link
   * JobStore#updateLazily} does: without the note, somebody would look again and find nothing.
   */
  CompletableFuture<Void> compressed(JobId job);
}
