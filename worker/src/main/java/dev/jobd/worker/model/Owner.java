package dev.jobd.worker.model;

/** Whose job it is. The worker compares owners and knows nothing else about them. */
public record Owner(String name) {
  public static final int MAX_BYTES = 255;

  public Owner {
    requireName("owner", name);
  }

  /**
   * Refuses what is not the name of anybody: a name is 1 to {@value #MAX_BYTES} bytes of UTF-8
   * without control, format or line-breaking characters, which could make it look like another's.
   *
   * @param field the path of the field that holds {@code name}
   * @throws InvalidSpecException naming {@code field}
   */
  public static void requireName(String field, String name) {
    Text.requirePresent(field, name);
    Text.requireForLine(field, name, MAX_BYTES);
  }

  @Override
  public String toString() {
    return name;
  }
}
