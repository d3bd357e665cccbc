package dev.jobd.server.auth;

import dev.jobd.api.Credentials;
import dev.jobd.api.TlsContexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;

/** A real server on loopback with the health service behind TLS and authentication. */
final class TlsServer implements AutoCloseable {
  private static final int BOUND_SECONDS = 30;

  /** One call that got through to a service. */
  record Call(Caller caller, String protocol, String cipherSuite) {}

  private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
  private final Server server;

  TlsServer(Credentials credentials, X509Certificate clientAuthority, InstantSource clock)
      throws Exception {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sslContext(TlsContexts.server(credentials, List.of(clientAuthority)))
            .intercept(new AuthInterceptor(Roles.BUILT_IN, clock))
            .addService(
                ServerInterceptors.intercept(
                    new HealthStatusManager().getHealthService(), new CallRecorder()))
            .build()
            .start();
  }

  int port() {
    return server.getPort();
  }

  /** The calls that services have seen so far. */
  List<Call> calls() {
    return List.copyOf(calls);
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      if (!server.awaitTermination(BOUND_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("the server did not end");
      }
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while the server ended", e);
    }
  }

  private final class CallRecorder implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
      if (session == null) {
        throw new AssertionError("a call came without TLS");
      }
      calls.add(new Call(Caller.current(), session.getProtocol(), session.getCipherSuite()));
      return next.startCall(call, headers);
    }
  }
}
