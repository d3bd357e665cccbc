package dev.jobd.server;

import dev.jobd.api.Credentials;
import dev.jobd.api.PemException;
import dev.jobd.api.TlsContexts;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * The files by which server and clients know each other, where {@code jobd pki} puts them.
 *
 * @param directory holds {@code server.crt}, {@code server.key} and {@code ca.crt}; {@code
 *     client-ca.crt}, where it is there, is the authority for clients instead
 */
record ServerPki(Path directory) {
  Credentials credentials() throws PemException {
    return Credentials.read(directory.resolve("server.crt"), directory.resolve("server.key"));
  }

  List<X509Certificate> clientAuthorities() throws PemException {
    Path separate = directory.resolve("client-ca.crt");
    return Credentials.readAuthorities(
        Files.exists(separate) ? separate : directory.resolve("ca.crt"));
  }

  /**
   * TLS as the server speaks it.
   *
   * @throws PemException naming the file where a certificate or key is not usable
   */
  SslContext tls() throws PemException, SSLException {
    return TlsContexts.server(credentials(), clientAuthorities());
  }
}
