package dev.jobd.worker;

import java.time.Duration;

/**
 * How often something was done lately: a bucket of turns, as the moment at which it will be full
 * again. For one thread at a time; times are those of {@link System#nanoTime}.
 */
final class Pace {
  private final long nanosPerTurn;
  private final long burst;
  private long fullAt;

  /**
   * A full bucket.
   *
   * @param turn after which there is one more
   * @param burst how many there are at most
   */
  Pace(Duration turn, long burst, long now) {
    this.nanosPerTurn = turn.toNanos();
    this.burst = burst;
    this.fullAt = now;
  }

  /** Takes a turn: zero; or none, and how long it is until there is one. */
  Duration take(long now) {
    long missing = Math.max(0, fullAt - now);
    long wait = missing - (burst - 1) * nanosPerTurn;
    if (wait > 0) {
      return Duration.ofMillis(Duration.ofNanos(wait).plusNanos(999_999).toMillis()); // or later
    }
    fullAt = now + missing + nanosPerTurn;
    return Duration.ZERO;
  }

  boolean isFull(long now) {
    return fullAt - now <= 0;
  }
}
