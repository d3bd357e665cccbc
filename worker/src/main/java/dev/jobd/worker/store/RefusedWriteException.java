package dev.jobd.worker.store;

/** A write that the records as they are do not allow, such as a second one with the same id. */
final class RefusedWriteException extends Exception {
  RefusedWriteException(String why) {
    super(why);
  }
}
