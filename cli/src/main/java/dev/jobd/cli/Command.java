package dev.jobd.cli;

import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** One command of jobctl: how it is written and what it does. */
interface Command {

  /** Its names, options and help, without the options that every command has. */
  CommandSpec spec();

  /** Whether it calls the server; where not, help need not tell of the options for that. */
  default boolean callsServer() {
    return true;
  }

  /**
   * Does it.
   *
   * @return the exit code
   * @throws CommandFailure with the exit code and the words for it
   * @throws IOException output cannot be written
   */
  int run(Invocation invocation) throws CommandFailure, IOException, InterruptedException;
}
