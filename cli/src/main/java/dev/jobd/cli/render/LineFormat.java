package dev.jobd.cli.render;

import dev.jobd.api.v1.StreamOutputResponse.Gap;
import java.io.IOException;

/** How lines of output are written. */
interface LineFormat {

  void line(Line line) throws IOException;

  /** Some bytes are missing at this place. */
  void gap(Gap gap) throws IOException;

  void flush() throws IOException;
}
