package dev.jobd.worker.model;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a job's output to read: of the bytes that satisfy all bounds, the last lines.
 *
 * <p>Times are those at which the shim read the bytes from the job, in one go what it found there;
 * so a bound in time may fall within a line.
 *
 * <p>A line belongs to one stream and ends with its newline, or with the stream. Lines count in the
 * order in which they end.
 *
 * @param offset the first byte, counted over both streams in arrival order; at least 0
 * @param since only what was read at this time or later; {@code null} for all
 * @param until only what was read before this time; {@code null} for all
 * @param tailLines only so many last lines of what is there when the reading begins, and all that
 *     comes later; at least 0, {@code null} for all lines
 * @param streams which streams; not empty
 * @param follow whether to go on until the job has ended or {@code until} has come, rather than to
 *     what is there when the reading begins
 */
public record ReadRequest(
    long offset,
    @Nullable Instant since,
    @Nullable Instant until,
    @Nullable Long tailLines,
    Set<OutputStreamKind> streams,
    boolean follow) {

  /** Everything, until the job has ended. */
  public static final ReadRequest ALL =
      new ReadRequest(0, null, null, null, EnumSet.allOf(OutputStreamKind.class), true);

  public ReadRequest {
    streams = Set.copyOf(streams);
    Numbers.requireAtLeast("offset", offset, 0);
    if (tailLines != null) {
      Numbers.requireAtLeast("tail_lines", tailLines, 0);
    }
    if (since != null && until != null && !until.isAfter(since)) {
      throw new InvalidSpecException("until", "must be after since, " + since + ", was " + until);
    }
    if (streams.isEmpty()) {
      throw new InvalidSpecException("streams", "must hold a stream");
    }
  }

  public ReadRequest withOffset(long first) {
    return new ReadRequest(first, since, until, tailLines, streams, follow);
  }

  public ReadRequest withSince(Instant time) {
    return new ReadRequest(offset, time, until, tailLines, streams, follow);
  }

  public ReadRequest withUntil(Instant time) {
    return new ReadRequest(offset, since, time, tailLines, streams, follow);
  }

  public ReadRequest withTailLines(@Nullable Long lines) {
    return new ReadRequest(offset, since, until, lines, streams, follow);
  }

  public ReadRequest withStreams(Set<OutputStreamKind> wanted) {
    return new ReadRequest(offset, since, until, tailLines, wanted, follow);
  }

  public ReadRequest withFollow(boolean on) {
    return new ReadRequest(offset, since, until, tailLines, streams, on);
  }
}
