package dev.jobd.api.args;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.entry;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PairsTest {
  @Test
  void theFirstEqualsSignEndsTheNameAndTheLastOfOneNameCounts() {
    assertThat(Pairs.parse(List.of("B=1", "A=x=y", "C=", "B=2")))
        .containsExactly(entry("B", "2"), entry("A", "x=y"), entry("C", ""));
  }

  @Test
  void twoValuesOfOneNameAreRefusedWhereOneIsMeant() {
    assertThat(Pairs.parseDistinct(List.of("B=1", "A=x", "B=1")))
        .containsExactly(entry("B", "1"), entry("A", "x"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Pairs.parseDistinct(List.of("B=1", "A=x", "B=")))
        .withMessage("gives B two values, '1' and '': give one of them");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A", "=1"})
  void aPairWithoutANameIsRefusedAndQuoted(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Pairs.parse(List.of(text)))
        .withMessage("must be NAME=VALUE, was '" + text + "'");
  }
}
