package dev.jobd.server;

import java.time.Duration;

/**
 * What clients' connections may cost the server.
 *
 * @param most open at one time, also those that have not shown a certificate yet; one more takes
 *     the place of one of the latter, or is closed at once
 * @param handshakes not finished at one time: half of the connections, so that the other half is
 *     for those who have shown a certificate; one more takes the place of the oldest
 * @param handshakesPerAddress of one peer, so that no single host can use up those of all; enough
 *     for a script that starts a hundred clients at once
 * @param handshakeTimeout from the connection to the end of the TLS handshake
 * @param keepAliveTime of silence after which a client is asked whether it is still there
 * @param keepAliveTimeout for its answer
 * @param minClientKeepAlive the shortest time between a client's own such questions; closer ones
 *     end the connection
 * @param maxIdle without a call, after which a connection is closed
 * @param receiveWindowBytes that a connection, and each call on it, may send before the server has
 *     taken them
 * @param unsentBytes in the kernel's buffer, so that a client that does not read costs little
 */
public record ConnectionBounds(
    int most,
    int handshakes,
    int handshakesPerAddress,
    Duration handshakeTimeout,
    Duration keepAliveTime,
    Duration keepAliveTimeout,
    Duration minClientKeepAlive,
    Duration maxIdle,
    int receiveWindowBytes,
    int unsentBytes) {

  public static final ConnectionBounds DEFAULT =
      new ConnectionBounds(
          4096,
          2048,
          128,
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofSeconds(20),
          Duration.ofSeconds(30),
          Duration.ofMinutes(30),
          256 << 10,
          64 << 10);

  ConnectionBounds withMost(int connections, int unfinished) {
    return new ConnectionBounds(
        connections,
        unfinished,
        handshakesPerAddress,
        handshakeTimeout,
        keepAliveTime,
        keepAliveTimeout,
        minClientKeepAlive,
        maxIdle,
        receiveWindowBytes,
        unsentBytes);
  }

  /** The same, asking clients whether they are there after so much silence, and waiting so long. */
  ConnectionBounds withKeepAlive(Duration silence, Duration answerTime) {
    return new ConnectionBounds(
        most,
        handshakes,
        handshakesPerAddress,
        handshakeTimeout,
        silence,
        answerTime,
        minClientKeepAlive,
        maxIdle,
        receiveWindowBytes,
        unsentBytes);
  }
}
