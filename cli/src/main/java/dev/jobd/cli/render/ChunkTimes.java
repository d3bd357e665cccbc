package dev.jobd.cli.render;

import dev.jobd.api.v1.StreamOutputResponse.Chunk;

/** When the bytes of one chunk were read from the job, for one who goes through it forwards. */
final class ChunkTimes {
  private final Chunk chunk;
  private final long first;
  private final int laterReads;
  private int next;
  private long time;

  ChunkTimes(Chunk chunk) {
    this.chunk = chunk;
    this.first = TimeText.nanos(chunk.getTime());
    this.time = first;
    this.laterReads = Math.min(chunk.getLaterReadStartsCount(), chunk.getLaterReadDelaysCount());
  }

  /**
   * The time of one byte, in nanoseconds since 1970.
   *
   * @param position from the chunk's first byte; never less than in the call before
   */
  long at(int position) {
    while (next < laterReads && chunk.getLaterReadStarts(next) <= position) {
      time = first + chunk.getLaterReadDelays(next);
      next++;
    }
    return time;
  }
}
