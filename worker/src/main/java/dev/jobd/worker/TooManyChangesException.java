package dev.jobd.worker;

import dev.jobd.worker.model.Owner;
import org.jspecify.annotations.Nullable;

/**
 * A change of limits that did not have its turn in time, because others are under way. Nothing was
 * changed.
 */
public final class TooManyChangesException extends RuntimeException {
  private final @Nullable Owner owner;
  private final int bound;

  /**
   * @param owner {@code null} where they are of several
   */
  public TooManyChangesException(@Nullable Owner owner, int bound) {
    super("as many changes of limits are under way as there may be: try again later");
    this.owner = owner;
    this.bound = bound;
  }

  /** Whose they are; {@code null} where those of several owners. */
  public @Nullable Owner owner() {
    return owner;
  }

  /** How many there may be at one time. */
  public int bound() {
    return bound;
  }
}
