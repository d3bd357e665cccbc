package dev.jobd.worker.model;

/** Whose job it is. The worker compares owners and knows nothing else about them. */
public record Owner(String name) {
  public static final int MAX_LENGTH = 255;

  public Owner {
    Text.requirePresent("owner", name);
    Text.requireAtMost("owner", name, MAX_LENGTH);
    Text.requireNoControlCharacters("owner", name);
  }

  @Override
  public String toString() {
    return name;
  }
}
