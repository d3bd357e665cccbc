package dev.jobd.cli;

import dev.jobd.api.args.Quantity;
import java.time.Duration;

/**
 * How long a client tries for a server that is away. Zero: not at all.
 *
 * @param first for one that was not there from the beginning: it may be starting beside this
 *     client, or the address may be wrong
 * @param again for one that was there: it is being restarted, or the network is mended
 */
record Patience(Duration first, Duration again) {
  static final String OPTION = "--retry-for";
  static final String VARIABLE = "JOBCTL_RETRY_FOR";

  static final Patience DEFAULT = new Patience(Duration.ofSeconds(10), Duration.ofSeconds(60));

  /** As asked for by option or environment; one time for both cases. */
  static Patience of(Arguments arguments, Environment environment) throws CommandFailure {
    Duration option = arguments.parsed(OPTION, Quantity::duration);
    if (option != null) {
      return new Patience(option, option);
    }
    try {
      return environment
          .get(VARIABLE)
          .map(Quantity::duration)
          .map(time -> new Patience(time, time))
          .orElse(DEFAULT);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(VARIABLE + " " + e.getMessage());
    }
  }
}
