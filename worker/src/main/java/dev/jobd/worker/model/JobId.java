package dev.jobd.worker.model;

import java.util.Optional;
import java.util.UUID;

/**
 * A job's identity: a UUID. Those that jobd makes are random (version 4), but nothing relies on
 * that.
 */
public record JobId(UUID value) {
  /** Of the canonical form. */
  public static final int LENGTH = 36;

  public static JobId random() {
    return new JobId(UUID.randomUUID());
  }

  /** The id that {@code text} spells in its canonical form; empty for anything else. */
  public static Optional<JobId> parse(String text) {
    if (text.length() != LENGTH) {
      return Optional.empty();
    }
    try {
      UUID value = UUID.fromString(text);
      return value.toString().equals(text) ? Optional.of(new JobId(value)) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
