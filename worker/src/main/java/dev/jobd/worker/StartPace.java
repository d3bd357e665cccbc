package dev.jobd.worker;

import dev.jobd.worker.Quotas.StartRate;
import java.time.Duration;

/**
 * How often one owner has started jobs lately: a bucket of starts, as the moment at which it will
 * be full again. For one thread at a time; times are those of {@link System#nanoTime}.
 */
final class StartPace {
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final long nanosPerStart;
  private final StartRate rate;
  private long fullAt;

  /** A full bucket. */
  StartPace(StartRate rate, long now) {
    this.rate = rate;
    this.nanosPerStart = NANOS_PER_SECOND / rate.perSecond();
    this.fullAt = now;
  }

  /**
   * Takes a start.
   *
   * @throws QuotaExceededException where none is left; nothing is taken then
   */
  void take(long now) {
    long missing = Math.max(0, fullAt - now);
    long wait = missing - (rate.burst() - 1) * nanosPerStart;
    if (wait > 0) {
      throw exceeded(Duration.ofNanos(wait));
    }
    fullAt = now + missing + nanosPerStart;
  }

  boolean isFull(long now) {
    return fullAt - now <= 0;
  }

  private QuotaExceededException exceeded(Duration wait) {
    long millis = wait.plusNanos(999_999).toMillis(); // never too early
    return new QuotaExceededException(
        "starts_per_second",
        rate.burst(),
        rate.burst(),
        Duration.ofMillis(millis),
        "quota starts_per_second exceeded: %d a second are allowed, and %d at once: try again in %d ms"
            .formatted(rate.perSecond(), rate.burst(), millis));
  }
}
