package dev.jobd.bench;

/** A contestant did not run a command to its good end. */
final class CommandFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  CommandFailedException(String message) {
    super(message);
  }
}
