package dev.jobd.cli;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** The time between two tries: none at first, then longer each time, up to a bound. */
final class Pause {
  private static final Duration FIRST = Duration.ofMillis(100);

  /** So a server that is back is found soon; and few enough tries for any number of clients. */
  private static final Duration LONGEST = Duration.ofSeconds(2);

  private long nanos;

  /** Up to a half less, by chance: clients that lost a server together do not come back so. */
  long nanos() {
    return nanos - ThreadLocalRandom.current().nextLong(nanos / 2 + 1);
  }

  void grow() {
    nanos = Math.clamp(2 * nanos, FIRST.toNanos(), LONGEST.toNanos());
  }

  void reset() {
    nanos = 0;
  }
}
