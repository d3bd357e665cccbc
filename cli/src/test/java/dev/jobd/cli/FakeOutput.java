package dev.jobd.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.jobd.api.v1.OutputStream;
import dev.jobd.api.v1.StreamOutputRequest;
import dev.jobd.api.v1.StreamOutputResponse;
import dev.jobd.api.v1.StreamOutputResponse.Start;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What every job has written. */
final class FakeOutput {
  private final List<StreamOutputResponse> frames = new ArrayList<>();
  private long bytes;

  /** Told first to who asks for the last lines, and kept to. */
  private StreamOutputResponse tailStart = StreamOutputResponse.getDefaultInstance();

  synchronized void write(OutputStream stream, String text) {
    frames.add(
        StreamOutputResponse.newBuilder()
            .setChunk(
                StreamOutputResponse.Chunk.newBuilder()
                    .setStream(stream)
                    .setOffset(bytes)
                    .setTime(Timestamp.newBuilder().setSeconds(1643018400))
                    .setData(ByteString.copyFromUtf8(text)))
            .build());
    bytes += text.getBytes(UTF_8).length;
  }

  synchronized void gap(OutputStream stream, long dropped) {
    frames.add(
        StreamOutputResponse.newBuilder()
            .setGap(
                StreamOutputResponse.Gap.newBuilder()
                    .setStream(stream)
                    .setOffset(bytes)
                    .setDroppedBytes(dropped))
            .build());
  }

  synchronized void tailFrom(long stdout, long stderr) {
    StreamOutputResponse.Builder response = StreamOutputResponse.newBuilder();
    Start.Builder start = response.getStartBuilder();
    start.addStreamsBuilder().setStream(OutputStream.OUTPUT_STREAM_STDOUT).setOffset(stdout);
    start.addStreamsBuilder().setStream(OutputStream.OUTPUT_STREAM_STDERR).setOffset(stderr);
    tailStart = response.build();
  }

  /** What there is for {@code request}, but for the end. */
  synchronized List<StreamOutputResponse> of(StreamOutputRequest request) {
    Stream<StreamOutputResponse> asked =
        frames.stream()
            .filter(frame -> !request.hasTailLines() || isInTail(frame))
            .filter(frame -> request.getOffset() <= offset(frame));
    return request.hasTailLines()
        ? Stream.concat(Stream.of(tailStart), asked).toList()
        : asked.toList();
  }

  private boolean isInTail(StreamOutputResponse frame) {
    return tailStart.getStart().getStreamsList().stream()
        .filter(start -> start.getStream() == frame.getChunk().getStream())
        .allMatch(start -> start.getOffset() <= frame.getChunk().getOffset());
  }

  private static long offset(StreamOutputResponse frame) {
    return frame.hasGap() ? frame.getGap().getOffset() : frame.getChunk().getOffset();
  }
}
