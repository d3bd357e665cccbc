package dev.jobd.cli.render;

import com.google.protobuf.Timestamp;
import dev.jobd.api.v1.OutputStream;
import dev.jobd.api.v1.StreamOutputResponse.Chunk;
import dev.jobd.api.v1.StreamOutputResponse.Gap;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/**
 * Writes line by line, each with its time, the name of its stream, or both in front. A line appears
 * when it is complete; one without a newline gets one.
 */
public final class LinePrinter implements OutputPrinter {
  private static final DateTimeFormatter MICROSECONDS =
      new DateTimeFormatterBuilder().appendInstant(6).toFormatter();

  private final Console console;
  private final StreamTargets targets;
  private final boolean names;
  private final boolean times;
  private final LineAssembler stdout = assembler(OutputStream.OUTPUT_STREAM_STDOUT);
  private final LineAssembler stderr = assembler(OutputStream.OUTPUT_STREAM_STDERR);

  /**
   * @param names whether each line begins with its stream's name
   * @param times whether each line begins with its time
   */
  public LinePrinter(Console console, StreamTargets targets, boolean names, boolean times) {
    this.console = console;
    this.targets = targets;
    this.names = names;
    this.times = times;
  }

  @Override
  public void chunk(Chunk chunk) throws IOException {
    of(chunk.getStream()).add(chunk.getData(), chunk.getTime());
  }

  @Override
  public void gap(Gap gap) throws IOException {
    of(gap.getStream()).end();
    flush();
    console.say(Gaps.describe(gap));
  }

  @Override
  public void flush() throws IOException {
    console.out().flush();
    console.err().flush();
  }

  @Override
  public void end() throws IOException {
    stdout.end();
    stderr.end();
    flush();
  }

  private LineAssembler assembler(OutputStream stream) {
    return new LineAssembler((time, bytes, from, to) -> line(stream, time, bytes, from, to));
  }

  private LineAssembler of(OutputStream stream) {
    return stream == OutputStream.OUTPUT_STREAM_STDERR ? stderr : stdout;
  }

  private void line(OutputStream stream, Timestamp time, byte[] bytes, int from, int to)
      throws IOException {
    ByteSink sink = targets.of(stream);
    if (times) {
      sink.write(MICROSECONDS.format(Instant.ofEpochSecond(time.getSeconds(), time.getNanos())));
      sink.write(" ");
    }
    if (names) {
      sink.write(StreamNames.of(stream));
      sink.write(" | ");
    }
    sink.write(bytes, from, to);
    if (bytes[to - 1] != '\n') {
      sink.write("\n");
    }
  }
}
