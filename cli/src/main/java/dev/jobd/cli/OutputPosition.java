package dev.jobd.cli;

import dev.jobd.api.v1.StreamOutputRequest;
import dev.jobd.api.v1.StreamOutputResponse.Chunk;
import dev.jobd.api.v1.StreamOutputResponse.Gap;
import dev.jobd.api.v1.StreamOutputResponse.Start;
import org.jspecify.annotations.Nullable;

/**
 * How far the answer to a request for output has come: where another one goes on, without loss or
 * repetition.
 *
 * <p>Bytes have offsets of their own, gaps stand between them. So a request from an offset answers
 * all gaps there, in the order in which they were answered before: as many as were seen are passed
 * over. And so is what lies before the last lines that were asked for at first.
 */
final class OutputPosition {
  private final StreamOutputRequest request;
  private final StreamStarts starts = new StreamStarts();
  private boolean moved;
  private long offset;
  private int gapsHere;
  private int gapsToPassOver;

  OutputPosition(StreamOutputRequest request) {
    this.request = request;
    this.offset = request.getOffset();
  }

  /** Of the first byte that has not come. */
  long offset() {
    return offset;
  }

  /** The request for what has not come. */
  StreamOutputRequest rest() {
    gapsToPassOver = gapsHere;
    // The last lines as of now would be others than those that have begun to come.
    return moved ? request.toBuilder().setOffset(offset).clearTailLines().build() : request;
  }

  void passed(Start start) {
    moveTo(starts.set(start, offset));
  }

  /** What of {@code chunk} is asked for; {@code null} where nothing is. */
  @Nullable Chunk passed(Chunk chunk) {
    moveTo(chunk.getOffset() + chunk.getData().size());
    return starts.wanted(chunk);
  }

  /** Whether {@code gap} is asked for and had not come before. */
  boolean passed(Gap gap) {
    if (!starts.isWanted(gap)) {
      return false;
    }
    if (gap.getOffset() > offset) {
      moveTo(gap.getOffset());
    } else if (gapsToPassOver > 0) {
      gapsToPassOver--;
      return false;
    }
    gapsHere++;
    return true;
  }

  private void moveTo(long newOffset) {
    moved = true;
    offset = newOffset;
    gapsHere = 0;
    gapsToPassOver = 0;
  }
}
