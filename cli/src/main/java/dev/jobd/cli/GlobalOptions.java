package dev.jobd.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options of every command; they may stand before or after its name. */
final class GlobalOptions {
  private GlobalOptions() {}

  /**
   * Adds them.
   *
   * @param showsConnection whether help tells of those that are about the server
   */
  static void addTo(CommandSpec spec, boolean showsConnection) {
    for (OptionSpec option : aboutConnection()) {
      spec.addOption(OptionSpec.builder(option).hidden(!showsConnection).build());
    }
    spec.addOption(Options.value("FORMAT", "table, json or name", "-o", "--output"))
        .addOption(
            OptionSpec.builder("-h", "--help", "-help")
                .usageHelp(true)
                .arity("0")
                .type(boolean.class)
                .description("Shows this and does nothing")
                .build());
  }

  private static List<OptionSpec> aboutConnection() {
    return List.of(
        Options.value(
            "HOST:PORT",
            "The server; or JOBCTL_SERVER. Default: " + ServerAddress.DEFAULT,
            "--server",
            "--hostPort"),
        Options.value(
            "NAME",
            "Whose credentials to use: NAME.pem in the configuration directory; or JOBCTL_USER",
            "-u",
            "--user",
            "--userID"),
        Options.value("PEM", "Certificate, with or without its key; or JOBCTL_CERT", "--cert"),
        Options.value("PEM", "The certificate's key; or JOBCTL_KEY", "--key"),
        Options.value("PEM", "Who must have issued the server's certificate; or JOBCTL_CA", "--ca"),
        Options.value(
            "TIME",
            "How long to try for a server that is away, 0 for not at all; or "
                + Patience.VARIABLE
                + ". Default: "
                + Reconnection.words(Patience.DEFAULT.first())
                + ", or "
                + Reconnection.words(Patience.DEFAULT.again())
                + " once it was there",
            Patience.OPTION));
  }
}
