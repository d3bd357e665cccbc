package dev.jobd.worker.launch;

/** How a shim left, as far as its own exit code tells: what it could not put in an exit record. */
public enum ShimExit {
  /** With an exit record, or killed, or not a child of this process. */
  UNREMARKABLE,
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
      return UNREMARKABLE;
    }
    return switch (status >> 8 & 0xff) {
      case CODE_BAD_REQUEST -> BAD_REQUEST;
      case CODE_NO_RECORD -> NO_RECORD;
      default -> UNREMARKABLE;
    };
  }
}
