package dev.jobd.worker.launch;

/** How a shim left, as far as it tells beside its exit record. */
public enum ShimExit {
  /** It said that the job has ended: its exit record is there, and durable. */
  TOLD,
  /** Without a word: killed, or not a child of this process. */
  SILENT,
  /**
   * It did not understand its launch request, so nothing was launched: EXIT_BAD_REQUEST of shim.c.
   */
  BAD_REQUEST,
  /** The disk refused the exit record: EXIT_NO_RECORD of shim.c. */
  NO_RECORD;

  private static final int CODE_BAD_REQUEST = 2;
  private static final int CODE_NO_RECORD = 3;

  /** From a status as in wait(2). */
  static ShimExit of(int status) {
    if ((status & 0x7f) != 0) {
      return SILENT;
    }
    return switch (status >> 8 & 0xff) {
      case CODE_BAD_REQUEST -> BAD_REQUEST;
      case CODE_NO_RECORD -> NO_RECORD;
      default -> SILENT;
    };
  }
}
