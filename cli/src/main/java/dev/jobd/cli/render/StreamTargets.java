package dev.jobd.cli.render;

import dev.jobd.api.v1.OutputStream;
import java.io.IOException;

/**
 * Where each of a job's streams goes. Where both end in one file, they keep the order in which they
 * are written here. For one thread.
 */
public final class StreamTargets {
  private final ByteSink stdout;
  private final ByteSink stderr;
  private ByteSink current;

  private StreamTargets(ByteSink stdout, ByteSink stderr) {
    this.stdout = stdout;
    this.stderr = stderr;
    this.current = stdout;
  }

  /** Each stream to the descriptor of its own name. */
  public static StreamTargets split(Console console) {
    return new StreamTargets(console.out(), console.err());
  }

  /** Both to standard output: what was asked for is data. */
  public static StreamTargets joined(Console console) {
    return new StreamTargets(console.out(), console.out());
  }

  /** Where to write what comes next, which is of this stream. */
  ByteSink turnTo(OutputStream stream) throws IOException {
    ByteSink target = stream == OutputStream.OUTPUT_STREAM_STDERR ? stderr : stdout;
    if (target != current) {
      current.flush();
      current = target;
    }
    return target;
  }

  void flush() throws IOException {
    current.flush();
  }
}
