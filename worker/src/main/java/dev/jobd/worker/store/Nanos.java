package dev.jobd.worker.store;

import java.io.IOException;
import java.time.Instant;

/** Instants as they are stored: nanoseconds since 1970, which reach from 1677 to 2262. */
final class Nanos {
  private static final long PER_SECOND = 1_000_000_000;

  private Nanos() {}

  static long of(Instant instant) throws IOException {
    try {
      return Math.addExact(
          Math.multiplyExact(instant.getEpochSecond(), PER_SECOND), instant.getNano());
    } catch (ArithmeticException e) {
      throw new IOException("time " + instant + " is not between 1677 and 2262", e);
    }
  }

  /** The same for a bound to compare with; one beyond what can be stored is beyond all of that. */
  static long saturated(Instant instant) {
    try {
      return of(instant);
    } catch (IOException e) {
      return instant.isBefore(Instant.EPOCH) ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }

  static Instant toInstant(long nanos) {
    return Instant.ofEpochSecond(0, nanos);
  }
}
