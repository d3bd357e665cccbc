package dev.jobd.cli;

import java.io.IOException;

/** Who is told in words what happens on the way to the server. */
@FunctionalInterface
interface People {

  /** Tells them something, in one line. */
  void tell(String words) throws IOException;
}
