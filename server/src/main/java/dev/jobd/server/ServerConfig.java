package dev.jobd.server;

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
 * @param places where the file says so, for errors
 */
public record ServerConfig(
    ListenAddress listen,
    Path stateDirectory,
    Path pkiDirectory,
    LimitPolicy limits,
    Retention retention,
    Bounds bounds,
    ConfigPlaces places) {

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
          Bounds.DEFAULT,
          ConfigPlaces.NONE);

  public ServerConfig {
    stateDirectory = stateDirectory.toAbsolutePath().normalize();
    pkiDirectory = pkiDirectory.toAbsolutePath().normalize();
  }

  /**
   * The defaults with what {@code settings} say instead.
   *
   * @throws ConfigException where what they say of limits does not go together
   */
  static ServerConfig of(ServerSettings settings) throws ConfigException {
    return new ServerConfig(
        settings.listen() != null ? settings.listen() : DEFAULT_LISTEN,
        settings.stateDirectory() != null ? settings.stateDirectory() : DEFAULT_STATE_DIRECTORY,
        settings.pkiDirectory() != null ? settings.pkiDirectory() : DEFAULT_PKI_DIRECTORY,
        limits(settings),
        settings.retention() != null ? settings.retention() : Retention.DEFAULT,
        settings.capacity() != null
            ? Bounds.DEFAULT.withCapacity(settings.capacity())
            : Bounds.DEFAULT,
        settings.places());
  }

  private static LimitPolicy limits(ServerSettings settings) throws ConfigException {
    try {
      return LimitPolicy.of(
          settings.defaultLimits(),
          settings.maxLimits(),
          settings.quotas() != null ? settings.quotas() : Quotas.DEFAULT);
    } catch (InvalidSpecException e) {
      throw settings.places().wrong(e);
    }
  }

  /**
   * What clients may cost the server.
   *
   * @param shutdownGrace for calls under way when the server ends
   */
  public record Bounds(ConnectionBounds connections, CallBounds calls, Duration shutdownGrace) {

    public static final Bounds DEFAULT =
        new Bounds(ConnectionBounds.DEFAULT, CallBounds.DEFAULT, Duration.ofSeconds(5));

    public Bounds withMaxConnections(int most) {
      return with(connections.withMost(most, connections.handshakes()));
    }

    /** The same with as much room; half of the connections are for those without a handshake. */
    Bounds withCapacity(Capacity capacity) {
      int most = capacity.connections();
      return new Bounds(
          connections.withMost(most, Math.ceilDiv(most, 2)),
          calls.withFollowers(capacity.outputStreamsPerUser(), capacity.outputStreams()),
          shutdownGrace);
    }

    /**
     * The same, asking clients whether they are there after so much silence, and waiting so long.
     */
    public Bounds withKeepAlive(Duration silence, Duration answerTime) {
      return with(connections.withKeepAlive(silence, answerTime));
    }

    public Bounds withRequestTime(Duration time) {
      return new Bounds(connections, calls.withRequestTime(time), shutdownGrace);
    }

    /** The same, putting so many jobs on a page at most with what they use. */
    public Bounds withJobsWithUsage(int most) {
      return new Bounds(connections, calls.withJobsWithUsage(most), shutdownGrace);
    }

    private Bounds with(ConnectionBounds others) {
      return new Bounds(others, calls, shutdownGrace);
    }
  }
}
