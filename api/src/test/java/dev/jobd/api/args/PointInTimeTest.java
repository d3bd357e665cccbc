package dev.jobd.api.args;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PointInTimeTest {
  private static final Instant NOW = Instant.parse("2026-01-31T08:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "2026-01-31T08:00:00Z, 2026-01-31T08:00:00Z",
    "2026-01-31t08:00:00z, 2026-01-31T08:00:00Z",
    "2026-01-31T09:00:00.000000001+01:00, 2026-01-31T08:00:00.000000001Z",
    "2026-01-31T00:00:00-08:00, 2026-01-31T08:00:00Z",
    "2026-01-31, 2026-01-31T00:00:00Z",
    "10m, 2026-01-31T07:50:00Z",
    "1h30m, 2026-01-31T06:30:00Z",
    "0, 2026-01-31T08:00:00Z"
  })
  void isATimeOrHowLongAgoItWas(String text, Instant time) {
    assertThat(PointInTime.parse(text, NOW)).isEqualTo(time);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "yesterday",
        "10",
        "-10m",
        "2026-01-31T08:00:00",
        "2026-1-31",
        "2026-02-30",
        "2026-02-30T00:00:00Z"
      })
  void anythingElseIsRefusedWithWhatWouldBeRight(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PointInTime.parse(text, NOW))
        .withMessage(
            "must be a time like 2026-01-31 or 2026-01-31T08:00:00Z, or how long ago it was, like"
                + " 10m, was '%s'",
            text);
  }

  @Test
  void theLongestTimeSpanIsStillATime() {
    assertThat(PointInTime.parse("106751d", NOW)).isBefore(Instant.EPOCH);
  }
}
