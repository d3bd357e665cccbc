package dev.jobd.cli;

import dev.jobd.api.v1.OutputStream;
import dev.jobd.api.v1.StreamOutputResponse.Chunk;
import dev.jobd.api.v1.StreamOutputResponse.Gap;
import dev.jobd.api.v1.StreamOutputResponse.Start;
import dev.jobd.api.v1.StreamOutputResponse.StreamStart;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the last lines of each stream begin, as the first answer told: another call goes on from
 * one offset for all streams, and so answers what lies below a stream's beginning, too.
 */
final class StreamStarts {
  private final Map<OutputStream, Long> offsets = new EnumMap<>(OutputStream.class);

  /**
   * Returns the first byte wanted of any stream; {@code otherwise} where {@code start} has none.
   */
  long set(Start start, long otherwise) {
    offsets.clear();
    for (StreamStart stream : start.getStreamsList()) {
      offsets.put(stream.getStream(), stream.getOffset());
    }
    return offsets.values().stream().mapToLong(offset -> offset).min().orElse(otherwise);
  }

  boolean isWanted(Gap gap) {
    return gap.getOffset() >= of(gap.getStream());
  }

  /** The part of {@code chunk} that is wanted; {@code null} where none is. */
  @Nullable Chunk wanted(Chunk chunk) {
    long below = of(chunk.getStream()) - chunk.getOffset();
    if (below <= 0) {
      return chunk;
    }
    return below < chunk.getData().size() ? without((int) below, chunk) : null;
  }

  private long of(OutputStream stream) {
    return offsets.getOrDefault(stream, 0L);
  }

  /** Reads that began in the bytes left out begin, in their order, with the first that is left. */
  private static Chunk without(int bytes, Chunk chunk) {
    Chunk.Builder rest =
        chunk.toBuilder()
            .setOffset(chunk.getOffset() + bytes)
            .setData(chunk.getData().substring(bytes));
    for (int i = 0; i < chunk.getLaterReadStartsCount(); i++) {
      rest.setLaterReadStarts(i, Math.max(0, chunk.getLaterReadStarts(i) - bytes));
    }
    return rest.build();
  }
}
