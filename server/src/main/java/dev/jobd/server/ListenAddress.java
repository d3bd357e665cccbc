package dev.jobd.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Where the server listens.
 *
 * @param host a name or an address; a literal IPv6 address without brackets
 * @param port 0 for any that is free
 */
public record ListenAddress(String host, int port) {
  private static final int MAX_PORT = 65_535;

  public ListenAddress {
    if (host.isEmpty() || port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException("must be a host and a port of 0 to " + MAX_PORT);
    }
  }

  /**
   * Reads {@code HOST:PORT}, with an IPv6 address in brackets.
   *
   * @throws IllegalArgumentException saying what would be right
   */
  public static ListenAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (host.indexOf(':') >= 0 && !bracketed) {
      throw invalid(text);
    }
    try {
      return new ListenAddress(
          bracketed ? host.substring(1, host.length() - 1) : host,
          Integer.parseInt(text.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      throw invalid(text);
    }
  }

  private static IllegalArgumentException invalid(String text) {
    return new IllegalArgumentException(
        "must be HOST:PORT, for example 127.0.0.1:24482 or [::1]:24482, was '" + text + "'");
  }

  /**
   * The address to bind to.
   *
   * @throws IOException where there is no such host
   */
  InetSocketAddress resolve() throws IOException {
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException e) {
      throw new IOException(
          "cannot listen on " + this + ": no such host is known: choose another with --listen", e);
    }
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
