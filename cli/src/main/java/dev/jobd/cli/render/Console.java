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

  /** Writes a line of data that tells what follows, like tail(1) of several files. */
  public void heading(String subject) throws IOException {
    out.freshLine();
    data("==> " + subject + " <==");
  }

  /**
   * Tells people something, in one line of its own after all data written before. Data goes out as
   * it is: its last line is only ended where it would be before the words, on standard error or on
   * a terminal. Where nobody can be told, that changes nothing.
   *
   * @throws IOException where data could not be written
   */
  public void say(String words) throws IOException {
    if (isTerminal) {
      out.freshLine();
    }
    out.flush();
    err.flush();
    try {
      err.freshLine();
      err.write(line(words));
      err.flush();
    } catch (IOException e) {
      // What is to be said is never all there is: the exit code tells it, too.
    }
  }

  /**
   * Tells people something that cannot wait for data to be written; from any thread. It may break a
   * line of data, as the echo of Ctrl-C does. Where nobody reads, nobody is told.
   */
  public void sayNow(String words) {
    try {
      err.writeNow((isTerminal ? "\n" : "") + line(words));
    } catch (IOException e) {
      // Nobody reads.
    }
  }

  private static String line(String words) {
    return "jobctl: " + Printable.escape(words) + "\n";
  }
}
