package dev.jobd.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that go away and come back. Nobody's end of a connection gets such a port
 * meanwhile, not even that of the client that tries for it: those have others (ip(7),
 * ip_local_port_range).
 */
final class LastingPort {
  private static final int FIRST = 10_000;
  private static final int FIRST_OF_CLIENTS = 32_768;
  private static final int MAX_TRIES = 100;

  private LastingPort() {}

  /** One that nobody listens on. */
  static int find() throws IOException {
    for (int tries = 1; ; tries++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, FIRST_OF_CLIENTS);
      try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return free.getLocalPort();
      } catch (IOException e) {
        if (tries == MAX_TRIES) {
          throw e;
        }
      }
    }
  }
}
