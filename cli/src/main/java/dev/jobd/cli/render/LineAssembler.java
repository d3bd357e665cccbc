package dev.jobd.cli.render;

import dev.jobd.api.v1.OutputStream;
import dev.jobd.api.v1.StreamOutputResponse.Chunk;
import java.io.IOException;
import java.util.Arrays;

/**
 * Cuts the chunks of one stream into lines, however the chunks fall. A line longer than {@link
 * #MAX_LINE_BYTES} comes in pieces, none of which cuts a UTF-8 character in two.
 */
final class LineAssembler {
  /** What is held back, at most, to wait for the end of a line. */
  static final int MAX_LINE_BYTES = 256 << 10;

  private static final int MAX_UTF8_BYTES = 4;

  /** Takes the lines. */
  interface Receiver {
    void line(Line line) throws IOException;
  }

  private final OutputStream stream;
  private final Receiver receiver;

  /** The beginning of a line whose end has not come. */
  private byte[] partial = new byte[1024];

  private int partialLength;
  private long partialTime;

  /** Whether a piece of the line that is being assembled was given already. */
  private boolean continues;

  LineAssembler(OutputStream stream, Receiver receiver) {
    this.stream = stream;
    this.receiver = receiver;
  }

  void add(Chunk chunk) throws IOException {
    byte[] bytes = chunk.getData().toByteArray();
    ChunkTimes times = new ChunkTimes(chunk);
    int from = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        complete(bytes, from, i + 1, times);
        from = i + 1;
      }
    }
    hold(bytes, from, bytes.length, times);
  }

  /** Gives what is held back: its line has no end. */
  void end() throws IOException {
    if (partialLength > 0) {
      receiver.line(new Line(stream, partialTime, partial, 0, partialLength, continues, false));
      partialLength = 0;
    }
    continues = false;
  }

  private void complete(byte[] bytes, int from, int to, ChunkTimes times) throws IOException {
    if (partialLength == 0 && to - from <= MAX_LINE_BYTES) {
      receiver.line(new Line(stream, times.at(from), bytes, from, to, false, false));
      return;
    }
    hold(bytes, from, to, times);
    end();
  }

  private void hold(byte[] bytes, int from, int to, ChunkTimes times) throws IOException {
    int next = from;
    while (next < to) {
      if (partialLength == 0) {
        partialTime = times.at(next);
      }
      int length = Math.min(to - next, MAX_LINE_BYTES - partialLength);
      append(bytes, next, length);
      next += length;
      if (partialLength == MAX_LINE_BYTES && next < to) {
        givePiece(times.at(next));
      }
    }
  }

  private void append(byte[] bytes, int from, int length) {
    if (partial.length - partialLength < length) {
      int doubled = Math.max(2 * partial.length, partialLength + length);
      partial = Arrays.copyOf(partial, Math.min(doubled, MAX_LINE_BYTES));
    }
    System.arraycopy(bytes, from, partial, partialLength, length);
    partialLength += length;
  }

  private void givePiece(long nextTime) throws IOException {
    int end = wholeCharacters(partial, partialLength);
    receiver.line(new Line(stream, partialTime, partial, 0, end, continues, true));
    System.arraycopy(partial, end, partial, 0, partialLength - end);
    partialLength -= end;
    partialTime = nextTime;
    continues = true;
  }

  /** How many of the first {@code length} bytes come before a UTF-8 character that is cut. */
  private static int wholeCharacters(byte[] bytes, int length) {
    for (int back = 1; back < MAX_UTF8_BYTES; back++) {
      int b = bytes[length - back] & 0xff;
      boolean continuation = (b & 0xc0) == 0x80;
      if (!continuation) {
        int needed = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : b >= 0xc0 ? 2 : 1;
        return needed > back ? length - back : length;
      }
    }
    return length;
  }
}
