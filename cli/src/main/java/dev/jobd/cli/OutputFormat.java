package dev.jobd.cli;

import java.util.Locale;

/** How a command writes what it was asked for. */
enum OutputFormat {
  TABLE,
  /** The API's JSON, one document. */
  JSON,
  /** What each job answers to, one a line. */
  NAME;

  static OutputFormat parse(String text) throws CommandFailure {
    for (OutputFormat format : values()) {
      if (format.name().toLowerCase(Locale.ROOT).equals(text)) {
        return format;
      }
    }
    throw CommandFailure.usage("--output must be table, json or name, was '" + text + "'");
  }
}
