package dev.jobd.cli.render;

import dev.jobd.api.v1.OutputStream;
import dev.jobd.api.v1.StreamOutputResponse.Chunk;
import dev.jobd.api.v1.StreamOutputResponse.Gap;
import java.io.IOException;

/**
 * Writes line by line, each stream's lines whole, in the order in which they end. A line appears
 * when it is complete; a gap ends the line that it is in.
 */
public final class LinePrinter implements OutputPrinter {
  private final LineFormat format;
  private final LineAssembler stdout;
  private final LineAssembler stderr;

  private LinePrinter(LineFormat format) {
    this.format = format;
    this.stdout = new LineAssembler(OutputStream.OUTPUT_STREAM_STDOUT, format::line);
    this.stderr = new LineAssembler(OutputStream.OUTPUT_STREAM_STDERR, format::line);
  }

  /** Lines with something in front of each. */
  public static LinePrinter prefixed(Console console, StreamTargets targets, LineStyle style) {
    return new LinePrinter(new PrefixedLines(console, targets, style));
  }

  /** A JSON record for each line. */
  public static LinePrinter json(ByteSink sink) {
    return new LinePrinter(new JsonLines(sink));
  }

  @Override
  public void chunk(Chunk chunk) throws IOException {
    of(chunk.getStream()).add(chunk);
  }

  @Override
  public void gap(Gap gap) throws IOException {
    of(gap.getStream()).end();
    format.gap(gap);
  }

  @Override
  public void flush() throws IOException {
    format.flush();
  }

  @Override
  public void end() throws IOException {
    stdout.end();
    stderr.end();
    flush();
  }

  private LineAssembler of(OutputStream stream) {
    return stream == OutputStream.OUTPUT_STREAM_STDERR ? stderr : stdout;
  }
}
