package dev.jobd.worker.model;

import java.util.Optional;
import java.util.UUID;

/** A job's identity: a random (version 4) UUID. */
public record JobId(UUID value) implements Comparable<JobId> {
  public static JobId random() {
    return new JobId(UUID.randomUUID());
  }

  /**
   * The id that {@code text} spells in its canonical 36-character form; empty for anything else.
   */
  public static Optional<JobId> parse(String text) {
    if (text.length() != 36) {
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
  public int compareTo(JobId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
