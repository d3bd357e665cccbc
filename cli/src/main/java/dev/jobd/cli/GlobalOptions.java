package dev.jobd.cli;

import java.util.List;

/** The options of every command; they may stand before or after its name. */
final class GlobalOptions {
  static final List<Option> ALL =
      List.of(
          Option.value(
              "--server",
              "HOST:PORT",
              "The server; or JOBCTL_SERVER. Default: " + ServerAddress.DEFAULT,
              "--hostPort"),
          Option.value(
              "--user",
              "NAME",
              "Whose credentials to use: NAME.pem in the configuration directory; or JOBCTL_USER",
              "-u",
              "--userID"),
          Option.value("--cert", "PEM", "Certificate, with or without its key; or JOBCTL_CERT"),
          Option.value("--key", "PEM", "The certificate's key; or JOBCTL_KEY"),
          Option.value(
              "--ca", "PEM", "Who must have issued the server's certificate; or JOBCTL_CA"),
          Option.value("--output", "FORMAT", "table, json or name", "-o"),
          Option.flag("--help", "Shows this and does nothing", "-h", "-help"));

  private GlobalOptions() {}
}
