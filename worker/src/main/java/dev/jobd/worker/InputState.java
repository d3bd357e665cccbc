package dev.jobd.worker;

/** What an {@link InputSender} can do now. */
public sealed interface InputState {
  /**
   * Send more.
   *
   * @param offset of the next byte in the whole input: all before it has gone to the job
   */
  record Ready(long offset) implements InputState {}

  /** Nothing yet: the job has not taken what was sent before, or cannot be reached now. */
  record Waiting() implements InputState {}

  /** Nothing more: somebody else sends the job's input now. What was not taken never is. */
  record Replaced() implements InputState {}

  /**
   * Nothing more: the job takes none.
   *
   * @param taken how many bytes of the whole input have gone to the job; where the job has ended,
   *     as far as that is known
   */
  record Over(long taken, Why why) implements InputState {}

  /** Why a job takes no more input. */
  enum Why {
    /** It came to its end, and the job has all of it. */
    COMPLETE,
    /** The job closed its stdin. */
    CLOSED_BY_JOB,
    JOB_ENDED
  }
}
