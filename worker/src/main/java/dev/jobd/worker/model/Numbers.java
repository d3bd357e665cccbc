package dev.jobd.worker.model;

/** The rules for numbers that the records share. */
final class Numbers {
  private Numbers() {}

  static void requireAtLeast(String field, long value, long min) {
    if (value < min) {
      throw new InvalidSpecException(field, "must be at least " + min + ", was " + value);
    }
  }

  static void requireBetween(String field, long value, long min, long max) {
    if (value < min || value > max) {
      throw new InvalidSpecException(field, "must be " + min + " to " + max + ", was " + value);
    }
  }
}
