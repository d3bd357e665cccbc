package dev.jobd.server;

/** A command line that says nothing that could be done; the message says what would be right. */
final class UsageException extends Exception {
  UsageException(String message) {
    super(message);
  }
}
