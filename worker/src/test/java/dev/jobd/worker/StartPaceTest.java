package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.Quotas.StartRate;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StartPaceTest {
  /** Near the end of the clock's range: it may begin anywhere, and overflows. */
  private static final long START = Long.MAX_VALUE - Duration.ofMillis(50).toNanos();

  private final StartPace pace = new StartPace(new StartRate(10, 3), START);

  private static long at(long millis) {
    return START + Duration.ofMillis(millis).toNanos();
  }

  private void take(int starts, long millis) {
    for (int i = 0; i < starts; i++) {
      pace.take(at(millis));
    }
  }

  private void assertRefused(long millis, long retryAfterMillis) {
    assertThatThrownBy(() -> pace.take(at(millis)))
        .isInstanceOfSatisfying(
            QuotaExceededException.class,
            e -> {
              assertThat(e.quota()).isEqualTo("starts_per_second");
              assertThat(e.bound()).isEqualTo(3);
              assertThat(e.used()).isEqualTo(3);
              assertThat(e.retryAfter()).isEqualTo(Duration.ofMillis(retryAfterMillis));
            })
        .hasMessage(
            "quota starts_per_second exceeded: 10 a second are allowed, and 3 at once: try again in"
                + " "
                + retryAfterMillis
                + " ms");
  }

  @Test
  void aFullBucketIsThereAtOnceAndNoMore() {
    take(3, 0);

    assertRefused(0, 100);
  }

  @Test
  void aStartComesBackAfterItsShareOfASecond() {
    take(3, 0);

    assertRefused(99, 1);
    take(1, 100);
    assertRefused(100, 100);
    assertRefused(150, 50);
    take(1, 200);
  }

  @Test
  void aRefusalTakesNothing() {
    take(3, 0);
    for (int i = 0; i < 100; i++) {
      assertRefused(50, 50);
    }

    take(1, 100);
  }

  @Test
  void aRestOfAnyLengthFillsItNoMoreThanFull() {
    take(3, 0);
    assertThat(pace.isFull(at(299))).isFalse();
    assertThat(pace.isFull(at(300))).isTrue();

    take(3, 1_000_000);
    assertRefused(1_000_000, 100);
  }

  @Test
  void theTimeToTryAgainIsNeverTooEarly() {
    pace.take(START);
    pace.take(START);
    pace.take(START);

    assertThatThrownBy(() -> pace.take(START + 1))
        .isInstanceOfSatisfying(
            QuotaExceededException.class,
            e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofMillis(100)));
  }
}
