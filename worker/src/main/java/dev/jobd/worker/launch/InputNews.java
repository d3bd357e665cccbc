package dev.jobd.worker.launch;

/** What a shim tells of its job's input. */
public sealed interface InputNews {
  /** How many bytes of it have gone into the command's stdin. */
  long taken();

  /** This server gives the input from now on, from this offset. */
  record Opened(long taken) implements InputNews {}

  /** All that was sent is taken. */
  record Taken(long taken) implements InputNews {}

  /**
   * Nothing more is taken.
   *
   * @param complete whether the input has come to its end; otherwise the job closed its stdin
   */
  record Closed(long taken, boolean complete) implements InputNews {}
}
