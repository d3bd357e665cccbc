package dev.jobd.cli;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * Where the server listens.
 *
 * @param host a name or an address, without brackets
 * @param port 1 to 65535
 */
record ServerAddress(String host, int port) {
  private static final String DEFAULT_HOST = "localhost";
  private static final int DEFAULT_PORT = 24482;
  private static final int MAX_PORT = 65535;

  static final ServerAddress DEFAULT = new ServerAddress(DEFAULT_HOST, DEFAULT_PORT);

  /**
   * Reads {@code HOST:PORT}, {@code HOST}, {@code :PORT} or {@code [IPV6]:PORT}.
   *
   * @throws CommandFailure a usage error
   */
  static ServerAddress parse(String text) throws CommandFailure {
    int bracket = text.indexOf(']');
    boolean bareIpv6 = bracket < 0 && text.indexOf(':') != text.lastIndexOf(':');
    int colon = bareIpv6 ? -1 : text.indexOf(':', bracket + 1);
    String host = colon < 0 ? text : text.substring(0, colon);
    if (bracket >= 0) {
      if (!host.startsWith("[") || bracket != host.length() - 1) {
        throw invalid(text);
      }
      host = host.substring(1, bracket);
    }
    int port = colon < 0 ? DEFAULT_PORT : port(text, text.substring(colon + 1));
    ServerAddress address = new ServerAddress(host.isEmpty() ? DEFAULT_HOST : host, port);
    if (!address.isOfAUri()) {
      throw invalid(text);
    }
    return address;
  }

  /** What is none, gRPC does not take. */
  private boolean isOfAUri() {
    try {
      String parsed = new URI(null, null, host, port, null, null, null).getHost();
      // Not so with user@host or host/path.
      return host.equals(parsed) || ("[" + host + "]").equals(parsed);
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static int port(String text, String digits) throws CommandFailure {
    try {
      int port = Integer.parseInt(digits);
      if (port >= 1 && port <= MAX_PORT) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Falls through: no number is as wrong as one that is no port.
    }
    throw invalid(text);
  }

  private static CommandFailure invalid(String text) {
    if (text.contains("_")) {
      return CommandFailure.usage(
          "the server '"
              + text
              + "' has a name with _, which no host's name may have; give another or its address");
    }
    return CommandFailure.usage("the server '" + text + "' is not HOST:PORT, like localhost:24482");
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
