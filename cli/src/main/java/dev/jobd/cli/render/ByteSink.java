package dev.jobd.cli.render;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * One file descriptor to write to, through a buffer that joins small pieces. Nothing is on its way
 * for certain before {@link #flush}. For one thread, but for {@link #writeNow}.
 */
public final class ByteSink {
  private static final int BUFFER_BYTES = 64 << 10;

  /** EPIPE in the words of the C library: the JDK tells no number. */
  private static final String BROKEN_PIPE = "Broken pipe";

  private final WritableByteChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private boolean midLine;

  public ByteSink(WritableByteChannel channel) {
    this.channel = channel;
  }

  /** Whether a write failed so because nobody reads any more: it was a pipe, or a connection. */
  public static boolean lostItsReader(IOException failure) {
    return BROKEN_PIPE.equals(failure.getMessage());
  }

  public void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int length = Math.min(bytes.remaining(), buffer.remaining());
      midLine = bytes.get(bytes.position() + length - 1) != '\n';
      buffer.put(buffer.position(), bytes, bytes.position(), length);
      buffer.position(buffer.position() + length);
      bytes.position(bytes.position() + length);
    }
  }

  public void write(byte[] bytes, int from, int to) throws IOException {
    write(ByteBuffer.wrap(bytes, from, to - from));
  }

  /** Writes {@code text} in UTF-8. */
  public void write(String text) throws IOException {
    write(StandardCharsets.UTF_8.encode(text));
  }

  /** Writes {@code text} past the buffer: the one method for any thread. */
  void writeNow(String text) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Ends the line, if what was written last has left one open. */
  void freshLine() throws IOException {
    if (midLine) {
      write("\n");
    }
  }

  /** Hands everything written so far to the kernel; what cannot be written is dropped. */
  public void flush() throws IOException {
    buffer.flip();
    try {
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    } finally {
      buffer.clear();
    }
  }
}
