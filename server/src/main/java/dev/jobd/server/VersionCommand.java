package dev.jobd.server;

import java.io.PrintStream;
import picocli.CommandLine.Command;

/** {@code jobd version}. */
@Command(name = "version", description = "Prints the version.", mixinStandardHelpOptions = true)
final class VersionCommand implements Runnable {
  private final PrintStream out;

  VersionCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public void run() {
    out.println(line());
  }

  static String line() {
    return "jobd " + Installation.version();
  }
}
