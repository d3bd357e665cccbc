package dev.jobd.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.jobd.api.Credentials;
import dev.jobd.api.ErrorDetails;
import dev.jobd.api.ErrorReason;
import dev.jobd.api.TlsContexts;
import dev.jobd.server.pki.CertificateAuthority;
import dev.jobd.server.pki.HostName;
import dev.jobd.server.pki.Name;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who gets through TLS and who does not, over real connections. */
class MutualTlsTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final int BOUND_SECONDS = 30;

  private final CertificateAuthority authority = authority();
  private final CertificateAuthority otherAuthority = authority();
  private TlsServer server;

  MutualTlsTest() throws Exception {
    server = server(InstantSource.system());
  }

  @AfterEach
  void closeServer() {
    server.close();
  }

  @Test
  void rightCertificateIsLetInWithTls13AndAes256() throws Exception {
    assertThat(call(TlsContexts.client(alice(), trusted())).getStatus())
        .isEqualTo(ServingStatus.SERVING);

    assertThat(server.calls())
        .containsExactly(
            new TlsServer.Call(new Caller("alice", "user"), "TLSv1.3", "TLS_AES_256_GCM_SHA384"));
  }

  @Test
  void serverPrefersAes256ToWhatTheClientPrefers() throws Exception {
    call(
        client(alice())
            .ciphers(
                List.of(
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_CHACHA20_POLY1305_SHA256",
                    "TLS_AES_256_GCM_SHA384"))
            .protocols("TLSv1.3")
            .build());

    assertThat(server.calls().getFirst().cipherSuite()).isEqualTo("TLS_AES_256_GCM_SHA384");
  }

  @Test
  void clientWithoutCertificateIsRefused() throws Exception {
    assertRefused(client(null).protocols("TLSv1.3").build());
  }

  @Test
  void certificateOfAnotherAuthorityIsRefused() throws Exception {
    assertRefused(TlsContexts.client(user(otherAuthority, InstantSource.system()), trusted()));
  }

  @Test
  void expiredCertificateIsRefused() throws Exception {
    InstantSource threeDaysAgo = InstantSource.fixed(Instant.now().minus(DAY.multipliedBy(3)));

    assertRefused(TlsContexts.client(user(authority, threeDaysAgo), trusted()));
  }

  @Test
  void certificateOfTomorrowIsRefused() throws Exception {
    InstantSource tomorrow = InstantSource.fixed(Instant.now().plus(DAY));

    assertRefused(TlsContexts.client(user(authority, tomorrow), trusted()));
  }

  @Test
  void selfSignedCertificateIsRefused() throws Exception {
    assertRefused(TlsContexts.client(otherAuthority.credentials(), trusted()));
  }

  @Test
  void serversCertificateIsRefusedFromAClient() throws Exception {
    assertRefused(TlsContexts.client(serverCredentials(), trusted()));
  }

  @Test
  void usersCertificateIsRefusedFromAServer() throws Exception {
    try (TlsServer impostor =
        new TlsServer(alice(), authority.certificate(), InstantSource.system())) {
      assertRefused(impostor, TlsContexts.client(alice(), trusted()), "localhost");
    }
  }

  @Test
  void tls12IsRefused() throws Exception {
    assertRefused(client(alice()).protocols("TLSv1.2").build());
  }

  @Test
  void plaintextIsRefused() {
    assertRefused(server, null, "localhost");
  }

  @Test
  void clientRefusesAServerOfAnotherName() throws Exception {
    assertRefused(server, TlsContexts.client(alice(), trusted()), "other.example");
  }

  @Test
  void clientAcceptsAServerByItsAddress() throws Exception {
    assertThat(call(server, TlsContexts.client(alice(), trusted()), "127.0.0.1").getStatus())
        .isEqualTo(ServingStatus.SERVING);
  }

  @Test
  void clientRefusesAServerByAnAddressThatIsNotItsOwn() throws Exception {
    assertRefused(server, TlsContexts.client(alice(), trusted()), "127.0.0.2");
  }

  @Test
  void clientRefusesAServerOfAnotherAuthority() throws Exception {
    assertRefused(TlsContexts.client(alice(), List.of(otherAuthority.certificate())));
  }

  @Test
  void certificateThatExpiresDuringTheConnectionIsRefusedFromThenOn() throws Exception {
    server.close();
    server = server(InstantSource.fixed(Instant.now().plus(DAY.multipliedBy(2))));

    StatusRuntimeException failure =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> call(TlsContexts.client(alice(), trusted())));

    assertThat(ErrorDetails.of(failure).reason()).contains(ErrorReason.UNAUTHENTICATED);
    assertThat(server.calls()).isEmpty();
  }

  private void assertRefused(SslContext client) {
    assertRefused(server, client, "localhost");
  }

  /** Refused means told so at once, and that no service has seen the call. */
  private static void assertRefused(
      TlsServer server, @Nullable SslContext client, String serverName) {
    StatusRuntimeException failure =
        catchThrowableOfType(StatusRuntimeException.class, () -> call(server, client, serverName));

    assertThat(failure).isNotNull();
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(server.calls()).isEmpty();
  }

  private HealthCheckResponse call(SslContext client) throws InterruptedException {
    return call(server, client, "localhost");
  }

  private static HealthCheckResponse call(
      TlsServer server, @Nullable SslContext client, String serverName)
      throws InterruptedException {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port())
            .overrideAuthority(serverName + ":" + server.port());
    if (client == null) {
      builder.negotiationType(NegotiationType.PLAINTEXT);
    } else {
      builder.sslContext(client);
    }
    ManagedChannel channel = builder.build();
    try {
      return HealthGrpc.newBlockingStub(channel)
          .withDeadlineAfter(BOUND_SECONDS, TimeUnit.SECONDS)
          .check(HealthCheckRequest.getDefaultInstance());
    } finally {
      channel.shutdownNow();
      assertThat(channel.awaitTermination(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** A client that jobd did not configure. */
  private SslContextBuilder client(@Nullable Credentials credentials) {
    SslContextBuilder builder =
        GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
            .trustManager(authority.certificate());
    if (credentials != null) {
      builder.keyManager(credentials.key(), credentials.chain().toArray(X509Certificate[]::new));
    }
    return builder;
  }

  private TlsServer server(InstantSource clock) throws Exception {
    return new TlsServer(serverCredentials(), authority.certificate(), clock);
  }

  private Credentials serverCredentials() throws Exception {
    return authority.issueServer(
        List.of(new HostName("localhost"), new HostName("127.0.0.1")), DAY);
  }

  private Credentials alice() throws Exception {
    return user(authority, InstantSource.system());
  }

  private static Credentials user(CertificateAuthority authority, InstantSource clock)
      throws Exception {
    return new CertificateAuthority(authority.credentials(), clock)
        .issueUser(new Name("alice"), new Name("user"), DAY);
  }

  private List<X509Certificate> trusted() {
    return List.of(authority.certificate());
  }

  private static CertificateAuthority authority() {
    return CertificateAuthority.create(DAY.multipliedBy(30), InstantSource.system());
  }
}
