package dev.jobd.cli.render;

import java.io.IOException;

/**
 * Where an invocation writes.
 *
 * @param out data
 * @param err words for people
 * @param isTerminal whether {@code out} is shown to a person at once
 */
public record Console(ByteSink out, ByteSink err, boolean isTerminal) {

  /** Writes one line of data. */
  public void data(String line) throws IOException {
    out.write(line);
    out.write("\n");
    out.flush();
  }

  /**
   * Tells people something, in one line of its own after all data written before. Data goes out as
   * it is: its last line is only ended where it would be before the words, on standard error or on
   * a terminal.
   */
  public void say(String words) throws IOException {
    if (isTerminal) {
      out.freshLine();
    }
    out.flush();
    err.freshLine();
    err.write("jobctl: " + Printable.escape(words) + "\n");
    err.flush();
  }
}
