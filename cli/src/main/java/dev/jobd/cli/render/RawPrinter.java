package dev.jobd.cli.render;

import dev.jobd.api.v1.StreamOutputResponse.Chunk;
import dev.jobd.api.v1.StreamOutputResponse.Gap;
import java.io.IOException;

/** Writes the bytes exactly as the job wrote them. */
public final class RawPrinter implements OutputPrinter {
  private final Console console;
  private final StreamTargets targets;

  public RawPrinter(Console console, StreamTargets targets) {
    this.console = console;
    this.targets = targets;
  }

  @Override
  public void chunk(Chunk chunk) throws IOException {
    targets.turnTo(chunk.getStream()).write(chunk.getData().asReadOnlyByteBuffer());
  }

  @Override
  public void gap(Gap gap) throws IOException {
    flush();
    console.say(Gaps.describe(gap));
  }

  @Override
  public void flush() throws IOException {
    targets.flush();
  }

  @Override
  public void end() throws IOException {
    flush();
  }
}
