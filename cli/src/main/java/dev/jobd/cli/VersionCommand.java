package dev.jobd.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Model.CommandSpec;

/** Tells jobctl's own version; asks no server. */
final class VersionCommand implements Command {

  @Override
  public CommandSpec spec() {
    return Options.command(this, "Prints the version of this program", "version");
  }

  @Override
  public boolean callsServer() {
    return false;
  }

  @Override
  public int run(Invocation invocation) throws CommandFailure, IOException {
    String version = version();
    invocation
        .console()
        .data(
            switch (invocation.format()) {
              case JSON -> "{\"version\": \"" + version + "\"}";
              case NAME -> version;
              case TABLE -> line();
              case null -> line();
            });
    return ExitCode.OK;
  }

  static String line() throws IOException {
    return Commands.PROGRAM + " " + version();
  }

  private static String version() throws IOException {
    try (InputStream resource = VersionCommand.class.getResourceAsStream("version")) {
      if (resource == null) {
        throw new IllegalStateException("the version is missing from the jar");
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }
}
