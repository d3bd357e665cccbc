package dev.jobd.cli;

/** A command could not do what it was asked to; the message is for people, in one line. */
class CommandFailure extends Exception {
  private final int exitCode;

  CommandFailure(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  static CommandFailure usage(String message) {
    return new CommandFailure(ExitCode.USAGE, message);
  }

  int exitCode() {
    return exitCode;
  }

  /** The message; never {@code null}. */
  String words() {
    return String.valueOf(getMessage());
  }
}
