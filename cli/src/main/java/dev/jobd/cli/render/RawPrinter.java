package dev.jobd.cli.render;

import dev.jobd.api.v1.OutputStream;
import dev.jobd.api.v1.StreamOutputResponse.Chunk;
import dev.jobd.api.v1.StreamOutputResponse.Gap;
import java.io.IOException;

/**
 * Writes the bytes exactly as the job wrote them. Where both streams end in one file, they keep the
 * order in which they came.
 */
public final class RawPrinter implements OutputPrinter {
  private final Console console;
  private final StreamTargets targets;
  private ByteSink current;

  public RawPrinter(Console console, StreamTargets targets) {
    this.console = console;
    this.targets = targets;
    this.current = console.out();
  }

  @Override
  public void chunk(Chunk chunk) throws IOException {
    turnTo(chunk.getStream()).write(chunk.getData().asReadOnlyByteBuffer());
  }

  @Override
  public void gap(Gap gap) throws IOException {
    flush();
    console.say(Gaps.describe(gap));
  }

  @Override
  public void flush() throws IOException {
    current.flush();
  }

  @Override
  public void end() throws IOException {
    flush();
  }

  private ByteSink turnTo(OutputStream stream) throws IOException {
    ByteSink target = targets.of(stream);
    if (target != current) {
      current.flush();
      current = target;
    }
    return target;
  }
}
