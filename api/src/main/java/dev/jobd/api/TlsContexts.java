package dev.jobd.api;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * TLS as jobd speaks it, at both ends: version 1.3 only, both ends show certificates, AES-256-GCM
 * first. The JDK's own TLS, because it obeys the order of the suites; it runs on every netty
 * transport.
 */
public final class TlsContexts {
  private static final String PROTOCOL = "TLSv1.3";

  /** In the order of preference; the server's order decides. */
  private static final List<String> CIPHER_SUITES =
      List.of("TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256");

  private TlsContexts() {}

  /**
   * For a server that accepts only clients with a certificate from one of {@code
   * clientAuthorities}.
   *
   * @throws SSLException where the credentials cannot be used
   */
  public static SslContext server(Credentials credentials, List<X509Certificate> clientAuthorities)
      throws SSLException {
    SslContextBuilder builder =
        SslContextBuilder.forServer(credentials.key(), certificates(credentials.chain()))
            .clientAuth(ClientAuth.REQUIRE);
    return build(builder, clientAuthorities);
  }

  /**
   * For a client that accepts only a server with a certificate from one of {@code
   * serverAuthorities} for the host name or address that it was asked to connect to.
   *
   * @throws SSLException where the credentials cannot be used
   */
  public static SslContext client(Credentials credentials, List<X509Certificate> serverAuthorities)
      throws SSLException {
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .keyManager(credentials.key(), certificates(credentials.chain()))
            // netty hands the key to the JDK in a store in memory. PKCS#12, the default, would
            // spend thousands of rounds of a hash on encrypting it there.
            .keyStoreType("JKS")
            .endpointIdentificationAlgorithm("HTTPS");
    return build(builder, serverAuthorities);
  }

  private static SslContext build(SslContextBuilder builder, List<X509Certificate> authorities)
      throws SSLException {
    return GrpcSslContexts.configure(builder, SslProvider.JDK)
        .protocols(PROTOCOL)
        .ciphers(CIPHER_SUITES, SupportedCipherSuiteFilter.INSTANCE)
        .trustManager(certificates(authorities))
        .build();
  }

  private static X509Certificate[] certificates(List<X509Certificate> certificates) {
    return certificates.toArray(X509Certificate[]::new);
  }
}
