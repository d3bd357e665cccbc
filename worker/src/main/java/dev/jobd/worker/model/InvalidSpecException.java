package dev.jobd.worker.model;

/**
 * A value that a job cannot have. Carries the field's name as the caller knows it, so that the
 * caller can be told.
 */
public class InvalidSpecException extends IllegalArgumentException {
  private final String field;
  private final String problem;

  /**
   * @param field the path of the field, for example {@code limits.pids}
   * @param problem what is wrong with it and what would be right, for example {@code must be at
   *     least 1, was 0}
   */
  public InvalidSpecException(String field, String problem) {
    super(field + ": " + problem);
    this.field = field;
    this.problem = problem;
  }

  public String field() {
    return field;
  }

  public String problem() {
    return problem;
  }
}
