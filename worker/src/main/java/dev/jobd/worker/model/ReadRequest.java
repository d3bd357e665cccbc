package dev.jobd.worker.model;

import java.util.EnumSet;
import java.util.Set;

/**
 * Which part of a job's output to read.
 *
 * @param offset the first byte, counted over both streams in arrival order; at least 0
 * @param streams which streams; not empty
 * @param follow whether to go on until the job has ended, rather than to what is there now
 */
public record ReadRequest(long offset, Set<OutputStreamKind> streams, boolean follow) {
  /** Everything, until the job has ended. */
  public static final ReadRequest ALL =
      new ReadRequest(0, EnumSet.allOf(OutputStreamKind.class), true);

  public ReadRequest {
    streams = Set.copyOf(streams);
    Numbers.requireAtLeast("offset", offset, 0);
    if (streams.isEmpty()) {
      throw new InvalidSpecException("streams", "must hold a stream");
    }
  }
}
