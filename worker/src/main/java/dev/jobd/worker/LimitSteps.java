package dev.jobd.worker;

/**
 * What of a change of limits waits for the kernel: the change itself and, where it fails, its
 * undoing.
 */
record LimitSteps(Revocable write, Revocable undo) {

  /** Neither has begun. */
  static LimitSteps fresh() {
    return new LimitSteps(new Revocable(), new Revocable());
  }

  /** Calls both off. When this returns, the kernel has neither in hand, nor will it have. */
  void abandon() {
    write.revoke();
    undo.revoke();
    write.awaitEnd();
    undo.awaitEnd();
  }
}
