package dev.jobd.server;

import dev.jobd.worker.model.InvalidSpecException;

/**
 * How many clients a server has room for, as its operator chooses: what one costs stands at {@link
 * ConnectionBounds} and {@link CallBounds}.
 *
 * @param connections open at one time; each {@code jobctl} has one
 * @param outputStreams followed at one time
 * @param outputStreamsPerUser of them
 */
record Capacity(int connections, int outputStreams, int outputStreamsPerUser) {
  static final int MAX = 100_000;
  static final Capacity DEFAULT = new Capacity(4096, 2048, 512);

  Capacity {
    check("connections", connections);
    check("output_streams", outputStreams);
    check("output_streams_per_user", outputStreamsPerUser);
  }

  private static void check(String field, int value) {
    if (value < 1 || value > MAX) {
      throw new InvalidSpecException(field, "must be 1 to " + MAX + ", was " + value);
    }
  }
}
