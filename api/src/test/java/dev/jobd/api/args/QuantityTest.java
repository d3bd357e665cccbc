package dev.jobd.api.args;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "4096, 4096",
    "4096B, 4096",
    "64K, 65536",
    "64k, 65536",
    "64KiB, 65536",
    "256M, 268435456",
    "1.5G, 1610612736",
    "1T, 1099511627776",
    "9223372036854775807, 9223372036854775807",
  })
  void bytesCountInPowersOf1024(String text, long bytes) {
    assertThat(Quantity.bytes(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " 1",
        "1 K",
        "K",
        "-1",
        "+1",
        "1e3",
        "0x10",
        "1P",
        "1KB",
        "0.3K",
        "1.",
        ".5G",
        "8388608T",
        "9223372036854775808",
        "99999999999999999999",
        "١"
      })
  void whatIsNoSizeIsRefusedAndQuoted(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Quantity.bytes(text))
        .withMessageStartingWith("must be ")
        .withMessageEndingWith(", was '" + text + "'");
  }

  @ParameterizedTest
  @CsvSource({
    "0, PT0S",
    "0s, PT0S",
    "500ms, PT0.5S",
    "10s, PT10S",
    "1.5s, PT1.5S",
    "5m, PT5M",
    "1h, PT1H",
    "2d, PT48H",
    "1h30m, PT1H30M",
    "1m500ms, PT1M0.5S",
  })
  void durationsHaveUnits(String text, Duration duration) {
    assertThat(Quantity.duration(text)).isEqualTo(duration);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "10", "s", "-1s", "1 s", "1S", "1h ", "1h30", "xs", "1w", "999999999d", "1us"})
  void whatIsNoDurationIsRefusedAndQuoted(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Quantity.duration(text))
        .withMessageStartingWith("must be ")
        .withMessageEndingWith(", was '" + text + "'");
  }

  @ParameterizedTest
  @CsvSource({"0.5, 500", ".5, 500", "2, 2000", "0.0014, 1", "0.0015, 2", "0, 0", "128, 128000"})
  void coresCountInThousandths(String text, long millis) {
    assertThat(Quantity.cpuMillis(text)).isEqualTo(millis);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-1", "half", "1e3", "1,5", "500m", "NaN", "1.", "9999999999999999999"})
  void whatIsNoNumberOfCoresIsRefusedAndQuoted(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Quantity.cpuMillis(text))
        .withMessageStartingWith("must be ")
        .withMessageEndingWith(", was '" + text + "'");
  }

  @Test
  void hugeTextIsRefusedAtOnce() {
    assertThatIllegalArgumentException().isThrownBy(() -> Quantity.bytes("9".repeat(100_000)));
  }

  @Test
  void countsAreWholeNumbers() {
    assertThat(Quantity.count("64")).isEqualTo(64);
    assertThat(Quantity.count("-1")).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "1.5", " 1", "1K"})
  void whatIsNoWholeNumberIsRefusedAndQuoted(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Quantity.count(text))
        .withMessage("must be a whole number, was '" + text + "'");
  }

  @Test
  void aWholeNumberThatIsTooLargeIsRefusedWithTheLargest() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Quantity.count("9223372036854775808"))
        .withMessage(
            "must be a whole number from -9223372036854775808 to 9223372036854775807, was"
                + " '9223372036854775808'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Quantity.smallCount("2147483648"))
        .withMessage("must be a whole number from -2147483648 to 2147483647, was '2147483648'");
  }
}
