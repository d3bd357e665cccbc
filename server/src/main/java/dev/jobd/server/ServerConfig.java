package dev.jobd.server;

import dev.jobd.server.rpc.CallBudget;
import dev.jobd.worker.LimitPolicy;
import dev.jobd.worker.Quotas;
import dev.jobd.worker.Retention;
import dev.jobd.worker.model.InvalidSpecException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * All that the server needs to know.
 *
 * @param stateDirectory the worker's: records, journals, sockets
 * @param pkiDirectory the server's certificate and key, and the CA of its clients
 * @param limits what jobs may take
 * @param retention how long ended jobs are kept
 */
public record ServerConfig(
    ListenAddress listen,
    Path stateDirectory,
    Path pkiDirectory,
    LimitPolicy limits,
    Retention retention,
    Bounds bounds) {

  public static final ListenAddress DEFAULT_LISTEN = new ListenAddress("127.0.0.1", 24482);
  public static final Path DEFAULT_STATE_DIRECTORY = Path.of("/var/lib/jobd");
  public static final Path DEFAULT_PKI_DIRECTORY = Path.of("/etc/jobd/pki");

  /** Everything at its default. */
  public static final ServerConfig DEFAULT =
      new ServerConfig(
          DEFAULT_LISTEN,
          DEFAULT_STATE_DIRECTORY,
          DEFAULT_PKI_DIRECTORY,
          LimitPolicy.DEFAULT,
          Retention.DEFAULT,
          Bounds.DEFAULT);

  public ServerConfig {
    stateDirectory = stateDirectory.toAbsolutePath().normalize();
    pkiDirectory = pkiDirectory.toAbsolutePath().normalize();
  }

  /**
   * The defaults with what {@code settings} say instead.
   *
   * @throws InvalidSpecException where what they say of limits does not go together
   */
  static ServerConfig of(ServerSettings settings) {
    return new ServerConfig(
        settings.listen() != null ? settings.listen() : DEFAULT_LISTEN,
        settings.stateDirectory() != null ? settings.stateDirectory() : DEFAULT_STATE_DIRECTORY,
        settings.pkiDirectory() != null ? settings.pkiDirectory() : DEFAULT_PKI_DIRECTORY,
        LimitPolicy.of(
            settings.defaultLimits(),
            settings.maxLimits(),
            settings.quotas() != null ? settings.quotas() : Quotas.DEFAULT),
        settings.retention() != null ? settings.retention() : Retention.DEFAULT,
        settings.capacity() != null
            ? Bounds.DEFAULT.withCapacity(settings.capacity())
            : Bounds.DEFAULT);
  }

  /**
   * What clients may cost the server.
   *
   * @param maxConnections open at one time, also those that have not shown a certificate yet; one
   *     more takes the place of one of the latter, or is closed at once
   * @param maxHandshakes not finished at one time: half of the connections, so that the other half
   *     is for those who have shown a certificate; one more takes the place of the oldest
   * @param maxHandshakesPerAddress of one peer, so that no single host can use up those of all;
   *     enough for a script that starts a hundred clients at once
   * @param maxCallsPerConnection under way at one time; a client's further calls wait on its side.
   *     What one user or all may have under way is bounded by {@code calls}, {@code followers} and
   *     {@code inputs}
   * @param maxRequestBytes of one message: {@code JobSpec.MAX_TOTAL_BYTES} and half of it again for
   *     the encoding of its strings and for labels
   * @param receiveWindowBytes that a connection, and each call on it, may send before the server
   *     has taken them
   * @param requestTime from the start of a call to the end of its request
   * @param calls under way that do not stream output. Each holds at most a request or an answer:
   *     1.5 MiB, as a page of jobs is smaller than the largest single job. So one user's hold 96
   *     MiB and all 240 MiB of the server's 512
   * @param followers of output. Each holds two descriptors and, while it waits, 10 KiB; one whose
   *     client does not read, about 200 KiB, chunks and what gRPC and netty buffer: all together
   *     4096 of the 20000 descriptors that a host is to give, and 400 MiB of the 512 that netty may
   *     have beside the heap
   * @param inputs streams of input. Each holds a message, 64 KiB, and what its client may send
   *     ahead, {@code receiveWindowBytes}
   * @param maxHeaderBytes of one call's metadata
   * @param handshakeTimeout from the connection to the end of the TLS handshake
   * @param keepAliveTime of silence after which a client is asked whether it is still there
   * @param keepAliveTimeout for its answer
   * @param minClientKeepAlive the shortest time between a client's own such questions; closer ones
   *     end the connection
   * @param maxConnectionIdle without a call, after which a connection is closed
   * @param unsentBytesPerConnection in the kernel's buffer, so that a client that does not read
   *     costs little
   * @param shutdownGrace for calls under way when the server ends
   */
  public record Bounds(
      int maxConnections,
      int maxHandshakes,
      int maxHandshakesPerAddress,
      int maxCallsPerConnection,
      int maxRequestBytes,
      int receiveWindowBytes,
      int maxHeaderBytes,
      Duration requestTime,
      CallBudget.Share calls,
      CallBudget.Share followers,
      CallBudget.Share inputs,
      Duration handshakeTimeout,
      Duration keepAliveTime,
      Duration keepAliveTimeout,
      Duration minClientKeepAlive,
      Duration maxConnectionIdle,
      int unsentBytesPerConnection,
      Duration shutdownGrace) {

    public static final Bounds DEFAULT =
        new Bounds(
            4096,
            2048,
            128,
            128,
            3 << 19,
            256 << 10,
            8 << 10,
            Duration.ofSeconds(30),
            new CallBudget.Share("calls", 64, 160),
            new CallBudget.Share("output streams", 512, 2048),
            new CallBudget.Share("input streams", 64, 256),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofSeconds(20),
            Duration.ofSeconds(30),
            Duration.ofMinutes(30),
            64 << 10,
            Duration.ofSeconds(5));

    public Bounds withMaxConnections(int connections) {
      return new Bounds(
          connections,
          maxHandshakes,
          maxHandshakesPerAddress,
          maxCallsPerConnection,
          maxRequestBytes,
          receiveWindowBytes,
          maxHeaderBytes,
          requestTime,
          calls,
          followers,
          inputs,
          handshakeTimeout,
          keepAliveTime,
          keepAliveTimeout,
          minClientKeepAlive,
          maxConnectionIdle,
          unsentBytesPerConnection,
          shutdownGrace);
    }

    /** The same with as much room; half of the connections are for those without a handshake. */
    Bounds withCapacity(Capacity capacity) {
      return new Bounds(
          capacity.connections(),
          Math.ceilDiv(capacity.connections(), 2),
          maxHandshakesPerAddress,
          maxCallsPerConnection,
          maxRequestBytes,
          receiveWindowBytes,
          maxHeaderBytes,
          requestTime,
          calls,
          new CallBudget.Share(
              followers.what(), capacity.outputStreamsPerUser(), capacity.outputStreams()),
          inputs,
          handshakeTimeout,
          keepAliveTime,
          keepAliveTimeout,
          minClientKeepAlive,
          maxConnectionIdle,
          unsentBytesPerConnection,
          shutdownGrace);
    }

    /**
     * The same, asking clients whether they are there after so much silence, and waiting so long.
     */
    public Bounds withKeepAlive(Duration silence, Duration answerTime) {
      return new Bounds(
          maxConnections,
          maxHandshakes,
          maxHandshakesPerAddress,
          maxCallsPerConnection,
          maxRequestBytes,
          receiveWindowBytes,
          maxHeaderBytes,
          requestTime,
          calls,
          followers,
          inputs,
          handshakeTimeout,
          silence,
          answerTime,
          minClientKeepAlive,
          maxConnectionIdle,
          unsentBytesPerConnection,
          shutdownGrace);
    }

    public Bounds withRequestTime(Duration time) {
      return new Bounds(
          maxConnections,
          maxHandshakes,
          maxHandshakesPerAddress,
          maxCallsPerConnection,
          maxRequestBytes,
          receiveWindowBytes,
          maxHeaderBytes,
          time,
          calls,
          followers,
          inputs,
          handshakeTimeout,
          keepAliveTime,
          keepAliveTimeout,
          minClientKeepAlive,
          maxConnectionIdle,
          unsentBytesPerConnection,
          shutdownGrace);
    }
  }
}
