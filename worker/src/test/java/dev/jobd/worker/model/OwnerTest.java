package dev.jobd.worker.model;

import static dev.jobd.worker.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnerTest {
  @ParameterizedTest
  @ValueSource(strings = {"alice", "alice@example.org", "Zoë van 't Hoff", "日本語", "משה"})
  void anOwnerIsNamedInAnyLanguage(String name) {
    assertThat(new Owner(name)).hasToString(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a\nb",
        "a\0",
        "a\u001b[31m",
        "a\u0085",
        "\u202eecila", // right-to-left override
        "a\u202c",
        "a\u2066b\u2069",
        "a\u2028b",
        "a\u2029b",
        "ali\u200bce", // zero-width space
        "alice\ufeff",
        "alice\uDB40\uDC41", // a tag: invisible, beyond the basic plane
        "alice\uD83D"
      })
  void anOwnerCannotLookLikeAnother(String name) {
    assertRefused("owner", () -> new Owner(name));
  }

  @Test
  void aNameIsBoundedInBytes() {
    assertThat(new Owner("x".repeat(Owner.MAX_BYTES)).name()).hasSize(Owner.MAX_BYTES);
    assertRefused("owner", () -> new Owner("x".repeat(Owner.MAX_BYTES + 1)));
    assertRefused("owner", () -> new Owner("ä".repeat(Owner.MAX_BYTES / 2 + 1)));
  }
}
