package dev.jobd.e2e;

import dev.jobd.api.v1.JobServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** The API without a client program: one connection with a user's credentials. */
record Api(ManagedChannel channel) implements AutoCloseable {
  private static final int MAX_MESSAGE_BYTES = 16 << 20;

  static Api connect(DistServer server, Path credentials) throws IOException {
    return connect(server, credentials, "TLSv1.3");
  }

  /** A connection that offers one version of TLS only. */
  static Api connect(DistServer server, Path credentials, String protocol) throws SSLException {
    return new Api(
        NettyChannelBuilder.forTarget(server.address())
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .sslContext(
                GrpcSslContexts.forClient()
                    .trustManager(server.pki().authority().toFile())
                    .keyManager(credentials.toFile(), credentials.toFile())
                    .protocols(protocol)
                    .build())
            .build());
  }

  JobServiceGrpc.JobServiceBlockingStub jobs() {
    return JobServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(Running.BOUND.toSeconds(), TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
