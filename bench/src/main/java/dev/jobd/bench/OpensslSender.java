package dev.jobd.bench;

import io.netty.handler.ssl.SslContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code openssl s_server}, which reads a file and writes it into a TLS connection, and nothing
 * else. It serves one client after the other, so there is one for each.
 */
final class OpensslSender implements Sender {
  private final SslContext tls;
  private final Path file;
  private final List<Process> processes = new ArrayList<>();
  private final List<InetSocketAddress> addresses = new ArrayList<>();

  /**
   * @param pki has the server's credentials and the authority of its clients
   * @param tls of the clients
   */
  OpensslSender(Path pki, SslContext tls, Path file, int clients) throws IOException {
    this.tls = tls;
    this.file = file;
    try {
      for (int i = 0; i < clients; i++) {
        addresses.add(start(pki));
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private InetSocketAddress start(Path pki) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("openssl", "s_server", "-accept", "127.0.0.1:0", "-WWW");
    builder.command().addAll(List.of("-tls1_3", "-ciphersuites", "TLS_AES_256_GCM_SHA384"));
    builder.command().addAll(List.of("-cert", pki.resolve("server.crt").toString()));
    builder.command().addAll(List.of("-key", pki.resolve("server.key").toString()));
    builder.command().addAll(List.of("-CAfile", pki.resolve("ca.crt").toString(), "-Verify", "1"));
    Process process =
        builder
            .directory(file.toAbsolutePath().resolveSibling(".").toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    processes.add(process);
    BufferedReader out = process.inputReader(StandardCharsets.US_ASCII);
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith("ACCEPT ")) {
        int port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
        Thread.ofVirtual().start(() -> drain(out));
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
      }
    }
    throw new IOException("openssl s_server did not become ready");
  }

  /** So that it never waits for somebody to read what it says. */
  private static void drain(BufferedReader out) {
    try {
      while (out.readLine() != null) {}
    } catch (IOException e) {
      // It has been stopped.
    }
  }

  /** Of the first client's server. */
  int port() {
    return addresses.getFirst().getPort();
  }

  @Override
  public String name() {
    return "openssl s_server";
  }

  @Override
  public TlsSink connect(int client) throws IOException {
    return TlsSink.connect(addresses.get(client), tls);
  }

  @Override
  public Duration cpu() {
    return processes.stream()
        .map(process -> process.info().totalCpuDuration().orElseThrow())
        .reduce(Duration.ZERO, Duration::plus);
  }

  @Override
  public byte[] request() {
    return ("GET /" + file.getFileName() + " HTTP/1.0\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    processes.forEach(Process::destroy);
  }
}
