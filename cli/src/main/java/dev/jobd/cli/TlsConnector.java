package dev.jobd.cli;

import dev.jobd.api.Credentials;
import dev.jobd.api.PemException;
import dev.jobd.api.TlsContexts;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * Connects by gRPC over TLS with a client certificate. Lean: most calls are all that a JVM does.
 */
final class TlsConnector implements Connector {
  /** Less costs two thirds of the rate of a long output on a fast network. */
  private static final int FLOW_CONTROL_WINDOW_BYTES = 1 << 20;

  /** For a page of jobs with long command lines. */
  private static final int MAX_MESSAGE_BYTES = 16 << 20;

  /**
   * How long a connection with a call on it may be silent before the server must show itself. Well
   * above the half minute below which servers take it for an attack.
   */
  private static final Duration KEEPALIVE_INTERVAL = Duration.ofSeconds(45);

  private static final Duration KEEPALIVE_ANSWER_TIME = Duration.ofSeconds(10);

  @Override
  public ManagedChannel connect(ServerAddress server, CredentialFiles files) throws CommandFailure {
    return channel(server, tls(files));
  }

  private static SslContext tls(CredentialFiles files) throws CommandFailure {
    try {
      return TlsContexts.client(
          Credentials.read(files.certificate(), files.key()),
          Credentials.readAuthorities(files.authority()));
    } catch (PemException | SSLException e) {
      throw new CommandFailure(
          ExitCode.NOT_ALLOWED, "the credentials cannot be used: " + e.getMessage());
    }
  }

  private static ManagedChannel channel(ServerAddress server, SslContext tls) {
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    return NettyChannelBuilder.forAddress(server.host(), server.port())
        .sslContext(tls)
        .eventLoopGroup(loop)
        .channelType(NioSocketChannel.class)
        // What hears of answers here only hands them on: it needs no thread of its own.
        .directExecutor()
        .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .keepAliveTime(KEEPALIVE_INTERVAL.toSeconds(), TimeUnit.SECONDS)
        .keepAliveTimeout(KEEPALIVE_ANSWER_TIME.toSeconds(), TimeUnit.SECONDS)
        .disableRetry()
        .disableServiceConfigLookUp()
        // The address given is the one meant.
        .proxyDetector(address -> null)
        .build();
  }
}
