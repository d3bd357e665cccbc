package dev.jobd.worker.output;

import dev.jobd.worker.model.OutputStreamKind;
import java.time.Instant;

/** What a follower meets next in a job's output. */
public sealed interface OutputEvent {

  /**
   * Bytes of one stream, as they were written.
   *
   * @param offset of the first byte, over both streams
   * @param time when the shim read these bytes from the job
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared or shared
  record Chunk(OutputStreamKind stream, long offset, Instant time, byte[] bytes)
      implements OutputEvent {}

  /** Bytes of one stream that a bound dropped at this place. */
  record Gap(OutputStreamKind stream, long offset, long droppedBytes) implements OutputEvent {}

  /** Nothing is there now; more may come. */
  record Pending() implements OutputEvent {}

  /**
   * Nothing follows: the job has ended and all was read, or, without following, this is where its
   * output stood.
   *
   * @param offset where another read would go on
   */
  record End(long offset) implements OutputEvent {}
}
