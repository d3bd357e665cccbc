package dev.jobd.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options of every command; they may stand before or after its name. */
final class GlobalOptions {
  private GlobalOptions() {}

  static void addTo(CommandSpec spec) {
    spec.addOption(
            Options.value(
                "HOST:PORT",
                "The server; or JOBCTL_SERVER. Default: " + ServerAddress.DEFAULT,
                "--server",
                "--hostPort"))
        .addOption(
            Options.value(
                "NAME",
                "Whose credentials to use: NAME.pem in the configuration directory; or JOBCTL_USER",
                "-u",
                "--user",
                "--userID"))
        .addOption(
            Options.value("PEM", "Certificate, with or without its key; or JOBCTL_CERT", "--cert"))
        .addOption(Options.value("PEM", "The certificate's key; or JOBCTL_KEY", "--key"))
        .addOption(
            Options.value(
                "PEM", "Who must have issued the server's certificate; or JOBCTL_CA", "--ca"))
        .addOption(
            Options.value(
                "TIME",
                "How long to try for a server that is away; or "
                    + Patience.VARIABLE
                    + ". Default: "
                    + Reconnection.words(Patience.DEFAULT.first())
                    + ", or "
                    + Reconnection.words(Patience.DEFAULT.again())
                    + " once it was there",
                Patience.OPTION))
        .addOption(Options.value("FORMAT", "table, json or name", "-o", "--output"))
        .addOption(
            OptionSpec.builder("-h", "--help", "-help")
                .usageHelp(true)
                .arity("0")
                .type(boolean.class)
                .description("Shows this and does nothing")
                .build());
  }
}
