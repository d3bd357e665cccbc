package dev.jobd.bench;

/** One way to run a command. Safe for use by many threads. */
interface Contestant {

  String name();

  /** What it puts around the command, for the reader of the table. */
  String isolation();

  /**
   * Runs a command to its end, everything that it left behind included.
   *
   * @throws CommandFailedException where the command did not exit 0
   */
  Timing run(Command command) throws Exception;
}
