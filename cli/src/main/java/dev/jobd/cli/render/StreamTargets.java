package dev.jobd.cli.render;

import dev.jobd.api.v1.OutputStream;

/**
 * Where each of a job's streams goes.
 *
 * @param stdout for the job's standard output
 * @param stderr for the job's standard error
 */
public record StreamTargets(ByteSink stdout, ByteSink stderr) {

  /** Each stream to the descriptor of its own name. */
  public static StreamTargets split(Console console) {
    return new StreamTargets(console.out(), console.err());
  }

  /** Both to standard output: what was asked for is data. */
  public static StreamTargets joined(Console console) {
    return new StreamTargets(console.out(), console.out());
  }

  ByteSink of(OutputStream stream) {
    return stream == OutputStream.OUTPUT_STREAM_STDERR ? stderr : stdout;
  }
}
