package dev.jobd.worker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A change of limits under way: what it changes, and what of it waits for the kernel, which is the
 * change itself and, where it fails, its undoing.
 */
final class LimitSteps {
  private final Duration patience;
  private final Revocable write = new Revocable();
  private final Revocable undo = new Revocable();
  private volatile @Nullable LimitChange change;

  /** Neither step has begun. */
  LimitSteps(Duration patience) {
    this.patience = patience;
  }

  /** After which each step is called off. */
  Duration patience() {
    return patience;
  }

  Revocable write() {
    return write;
  }

  Revocable undo() {
    return undo;
  }

  /** It is known what is to be changed; the first step follows. */
  void begin(LimitChange known) {
    change = known;
  }

  /** What is changed; {@code null} before {@link #begin}. */
  @Nullable LimitChange change() {
    return change;
  }

  /** Calls both off. When this returns, the kernel has neither in hand, nor will it have. */
  void abandon() {
    write.revoke();
    undo.revoke();
    write.awaitEnd();
    undo.awaitEnd();
  }
}
