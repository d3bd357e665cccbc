package dev.jobd.worker.model;

/**
 * How much a job printed, in bytes, both streams together.
 *
 * @param kept what the journal holds
 * @param dropped what a bound dropped
 */
public record OutputSize(long kept, long dropped) {
  public static final OutputSize NONE = new OutputSize(0, 0);
}
