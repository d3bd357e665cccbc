package dev.jobd.cli.render;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.jobd.api.v1.OutputStream;
import dev.jobd.api.v1.StreamOutputResponse.Chunk;
import dev.jobd.api.v1.StreamOutputResponse.Gap;
import java.io.ByteArrayOutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;

/** A console in memory, and chunks to print on it. */
final class Output {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  final Console console =
      new Console(
          new ByteSink(Channels.newChannel(out)), new ByteSink(Channels.newChannel(err)), false);

  byte[] outBytes() {
    return out.toByteArray();
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  static Chunk stdout(String text) {
    return chunk(OutputStream.OUTPUT_STREAM_STDOUT, ByteString.copyFromUtf8(text));
  }

  static Chunk stderr(String text) {
    return chunk(OutputStream.OUTPUT_STREAM_STDERR, ByteString.copyFromUtf8(text));
  }

  static Chunk stdout(byte... bytes) {
    return chunk(OutputStream.OUTPUT_STREAM_STDOUT, ByteString.copyFrom(bytes));
  }

  static Gap gap(int bytes) {
    return Gap.newBuilder()
        .setStream(OutputStream.OUTPUT_STREAM_STDOUT)
        .setOffset(7)
        .setDroppedBytes(bytes)
        .setTime(Timestamp.newBuilder().setSeconds(1643018401))
        .build();
  }

  /** At 2022-01-24T10:00:00.5Z. */
  private static Chunk chunk(OutputStream stream, ByteString data) {
    return Chunk.newBuilder()
        .setStream(stream)
        .setTime(Timestamp.newBuilder().setSeconds(1643018400).setNanos(500_000_000))
        .setData(data)
        .build();
  }
}
