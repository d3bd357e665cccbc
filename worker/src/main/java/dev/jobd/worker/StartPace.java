package dev.jobd.worker;

import dev.jobd.worker.Quotas.StartRate;
import java.time.Duration;

/** How often one owner has started jobs lately. As {@link Pace}. */
final class StartPace {
  private final StartRate rate;
  private final Pace pace;

  StartPace(StartRate rate, long now) {
    this.rate = rate;
    this.pace = new Pace(Duration.ofSeconds(1).dividedBy(rate.perSecond()), rate.burst(), now);
  }

  /**
   * Takes a start.
   *
   * @throws QuotaExceededException where none is left; nothing is taken then
   */
  void take(long now) {
    Duration wait = pace.take(now);
    if (wait.isPositive()) {
      throw new QuotaExceededException(
          "starts_per_second",
          rate.burst(),
          rate.burst(),
          wait,
          "quota starts_per_second exceeded: %d a second are allowed, and %d at once: try again in %d ms"
              .formatted(rate.perSecond(), rate.burst(), wait.toMillis()));
    }
  }

  boolean isFull(long now) {
    return pace.isFull(now);
  }
}
