package dev.jobd.worker.model;

/** Why an ended job's output was let go. */
public enum OutputRule {
  /** It had been there for as long as outputs are kept. */
  AGE("retention.output_age"),
  /** All outputs together were more than is kept, and it ended first. */
  KEPT_OUTPUT("retention.max_output"),
  /** A job of the same owner was started, which may print what there was no other room for. */
  OWNER_QUOTA("quotas.output"),
  /** The same by a job of whomever, for the quota that all owners share. */
  TOTAL_QUOTA("quotas.total_output");

  private final String text;

  OutputRule(String text) {
    this.text = text;
  }

  /** As a configuration has it. */
  @Override
  public String toString() {
    return text;
  }
}
