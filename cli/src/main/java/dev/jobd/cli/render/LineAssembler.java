package dev.jobd.cli.render;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.io.IOException;
import java.util.Arrays;

/**
 * Cuts the chunks of one stream into lines, however the chunks fall. A line's time is that of its
 * first byte. A line longer than {@link #MAX_LINE_BYTES} comes in pieces, none of which cuts a
 * UTF-8 character in two. The pieces, one after the other, are the stream.
 */
final class LineAssembler {
  /** What is held back, at most, to wait for the end of a line. */
  static final int MAX_LINE_BYTES = 64 << 10;

  private static final int MAX_UTF8_BYTES = 4;

  /** Takes the lines. */
  interface Receiver {
    /** {@code bytes[from..to)} is a line with its newline, or a piece that has none. */
    void line(Timestamp time, byte[] bytes, int from, int to) throws IOException;
  }

  private final Receiver receiver;
  private byte[] partial = new byte[1024];
  private int partialLength;
  private Timestamp partialTime = Timestamp.getDefaultInstance();

  LineAssembler(Receiver receiver) {
    this.receiver = receiver;
  }

  void add(ByteString data, Timestamp time) throws IOException {
    byte[] bytes = data.toByteArray();
    int from = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        complete(bytes, from, i + 1, time);
        from = i + 1;
      }
    }
    hold(bytes, from, bytes.length, time);
  }

  /** Gives what is held back: no more bytes come. */
  void end() throws IOException {
    if (partialLength > 0) {
      receiver.line(partialTime, partial, 0, partialLength);
      partialLength = 0;
    }
  }

  private void complete(byte[] bytes, int from, int to, Timestamp time) throws IOException {
    if (partialLength == 0 && to - from <= MAX_LINE_BYTES) {
      receiver.line(time, bytes, from, to);
      return;
    }
    hold(bytes, from, to, time);
    end();
  }

  private void hold(byte[] bytes, int from, int to, Timestamp time) throws IOException {
    int next = from;
    while (next < to) {
      if (partialLength == 0) {
        partialTime = time;
      }
      int length = Math.min(to - next, MAX_LINE_BYTES - partialLength);
      append(bytes, next, length);
      next += length;
      if (partialLength == MAX_LINE_BYTES && next < to) {
        givePiece(time);
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

  private void givePiece(Timestamp nextTime) throws IOException {
    int end = wholeCharacters(partial, partialLength);
    receiver.line(partialTime, partial, 0, end);
    System.arraycopy(partial, end, partial, 0, partialLength - end);
    partialLength -= end;
    partialTime = nextTime;
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
