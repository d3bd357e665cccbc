package dev.jobd.worker.model;

import java.io.IOException;

/**
 * A limit that the kernel does not take: of a job that is to start, or as a running one is now,
 * which has the limits then that it had.
 */
public final class LimitRefusedException extends IOException {
  private final String field;
  private final String problem;

  /**
   * @param field the path of the field, for example {@code limits.memory_bytes}; {@code limits}
   *     where it is not known which
   * @param problem what is wrong with it and what would be right
   */
  public LimitRefusedException(String field, String problem) {
    super(field + ": " + problem);
    this.field = field;
    this.problem = problem;
  }

  /**
   * As above.
   *
   * @param detail the problem with where it was met on this host, for its log
   */
  public LimitRefusedException(String field, String problem, String detail, Exception cause) {
    super(field + ": " + detail, cause);
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
