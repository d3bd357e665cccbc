package dev.jobd.worker.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What a test says of a value that cannot be. */
public final class Refusals {
  private Refusals() {}

  /** Holds where {@code value} is refused by the path {@code field}. */
  public static void assertRefused(String field, ThrowingCallable value) {
    assertThatThrownBy(value)
        .isInstanceOfSatisfying(
            InvalidSpecException.class, e -> assertThat(e.field()).isEqualTo(field));
  }
}
