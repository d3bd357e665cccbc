package dev.jobd.worker.model;

/**
 * What the caller of a start names it by, so that it can be asked for again without starting a
 * second job. Means something beside its owner only: two owners may choose the same.
 *
 * @param text 1 to 64 of A-Z a-z 0-9 . _ - of which the first is a letter or digit; a UUID for
 *     example
 */
public record RequestId(String text) {
  public RequestId {
    Text.requireName("request_id", text);
  }

  @Override
  public String toString() {
    return text;
  }
}
