package dev.jobd.worker.output;

import dev.jobd.worker.model.OutputStreamKind;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What a follower meets next in a job's output. */
public sealed interface OutputEvent {

  /**
   * Where the last lines begin that were asked for: before all else, and only where some were.
   *
   * @param offsets of the first byte of each stream that may come
   */
  record Start(Map<OutputStreamKind, Long> offsets) implements OutputEvent {
    public Start {
      offsets = Map.copyOf(offsets);
    }
  }

  /**
   * Bytes of one stream, as they were written. What the shim read from the job in several goes may
   * come as one chunk, so that many short writes do not make as many chunks.
   *
   * @param offset of the first byte, over both streams
   * @param reads in how many goes, and when, the shim read these bytes from the job: at least one,
   *     the first starting at 0, in rising order
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared or shared
  record Chunk(OutputStreamKind stream, long offset, byte[] bytes, List<Read> reads)
      implements OutputEvent {

    /** When the first of these bytes was read. */
    public Instant time() {
      return reads.getFirst().time();
    }
  }

  /**
   * Where in a chunk begins what the shim read at one time.
   *
   * @param start in bytes from the chunk's first
   */
  record Read(int start, Instant time) {}

  /**
   * Bytes of one stream that a bound dropped at this place.
   *
   * @param time when that was noted: with the next bytes that were kept, or at the job's end
   */
  record Gap(OutputStreamKind stream, long offset, Instant time, long droppedBytes)
      implements OutputEvent {}

  /** Nothing to hand out now; more may come. */
  sealed interface Pending extends OutputEvent {}

  /** All that is there was looked at: {@link Follower#onReady} tells when there is more. */
  record Waiting() implements Pending {}

  /** What comes next is not in memory: {@link Follower#poll} waits for the disk. */
  record NotCached() implements Pending {}

  /** There is more to look at than one call may: {@link Follower#search} goes on with that. */
  record Searching() implements Pending {}

  /**
   * Nothing follows: the job has ended and all was read, or this is as far as the request goes.
   *
   * @param offset where another read would go on
   */
  record End(long offset) implements OutputEvent {}
}
