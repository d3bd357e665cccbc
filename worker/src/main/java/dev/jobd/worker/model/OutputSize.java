package dev.jobd.worker.model;

/**
 * How much a job printed, in bytes, both streams together.
 *
 * @param kept what the journal holds; at least 0
 * @param dropped what a bound dropped; at least 0
 */
public record OutputSize(long kept, long dropped) {
  public static final OutputSize NONE = new OutputSize(0, 0);

  public OutputSize {
    Numbers.requireAtLeast("output.kept", kept, 0);
    Numbers.requireAtLeast("output.dropped", dropped, 0);
  }
}
