package dev.jobd.server;

import dev.jobd.api.Credentials;
import dev.jobd.api.KeyFile;
import dev.jobd.api.PemException;
import dev.jobd.api.TlsContexts;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * The files by which server and clients know each other, where {@code jobd pki} puts them.
 *
 * @param directory holds {@code server.crt}, {@code server.key} and {@code ca.crt}; {@code
 *     client-ca.crt}, where it is there, is the authority for clients instead
 */
record ServerPki(Path directory) {
  Credentials credentials() throws PemException {
    return Credentials.read(directory.resolve("server.crt"), key());
  }

  /** What is wrong where a key here is others' too, also the authority's, if that is here. */
  Optional<String> openKey() {
    return KeyFile.openToOthers(key()).or(() -> KeyFile.openToOthers(directory.resolve("ca.key")));
  }

  private Path key() {
    return directory.resolve("server.key");
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
   * @throws ConfigException where a key is others' too
   */
  SslContext tls() throws ConfigException, PemException, SSLException {
    Optional<String> open = openKey();
    if (open.isPresent()) {
      throw new ConfigException(open.get());
    }
    return TlsContexts.server(credentials(), clientAuthorities());
  }
}
