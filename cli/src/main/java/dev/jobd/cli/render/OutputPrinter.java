package dev.jobd.cli.render;

import dev.jobd.api.v1.StreamOutputResponse.Chunk;
import dev.jobd.api.v1.StreamOutputResponse.Gap;
import java.io.IOException;

/** Writes a job's output. For one thread; calls come in the order of the output. */
public interface OutputPrinter {

  void chunk(Chunk chunk) throws IOException;

  /** Some bytes are missing at this place. */
  void gap(Gap gap) throws IOException;

  /** Nothing more is there for now: what can be shown is shown. */
  void flush() throws IOException;

  /** Nothing follows: everything is shown. */
  void end() throws IOException;
}
