package dev.jobd.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.v1.ListJobsRequest;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Peers that connect and say nothing, and clients with certificates beside them. */
class ConnectionLimitTest {
  private static final ServerConfig.Bounds BOUNDS =
      ServerConfig.Bounds.DEFAULT.withCapacity(new Capacity(1024, 1024, 256));

  @Test
  void whoHasNoCertificateKeepsNobodyOut() throws Exception {
    try (TestServer server = TestServer.start(BOUNDS);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CountDownLatch begun = new CountDownLatch(BOUNDS.connections().handshakesPerAddress() + 1);
      Future<Deque<Socket>> silent =
          threads.submit(() -> connectSilently(server, BOUNDS.connections().most(), begun));
      begun.await();
      for (int i = 0; i < 5; i++) {
        served(server.connect("alice" + i, "user"));
      }
      Deque<Socket> sockets = silent.get();
      // All that could be taken is taken, and still there is room.
      served(server.connect("bob", "user"));
      assertThat(isClosed(sockets.getFirst())).isTrue();
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void newConnectionTakesThePlaceOfTheOldestWithoutACertificate() throws Exception {
    try (TestServer server = TestServer.start(BOUNDS.withMaxConnections(2));
        Socket first = silent(server);
        Socket second = silent(server);
        Socket third = silent(server)) {
      assertThat(isClosed(first)).isTrue();
      served(server.connect("alice", "user"));
      served(server.connect("bob", "user"));
      assertThat(isClosed(second)).isTrue();
      assertThat(isClosed(third)).isTrue();
    }
  }

  @Test
  void connectionsWithCertificatesAreBoundedAndAClosedOneMakesRoom() throws Exception {
    try (TestServer server = TestServer.start(BOUNDS.withMaxConnections(2))) {
      ManagedChannel first = server.connect("alice", "user");
      served(first);
      served(server.connect("bob", "user"));
      try (Socket third = silent(server)) {
        assertThat(isClosed(third)).isTrue();
      }
      first.shutdownNow();
      // Until the server has seen the connection end, a new one is refused, and tried again.
      served(server.connect("carol", "user"));
    }
  }

  private static void served(ManagedChannel channel) {
    new Client(channel).stub().withWaitForReady().listJobs(ListJobsRequest.getDefaultInstance());
  }

  private static Deque<Socket> connectSilently(
      TestServer server, int count, CountDownLatch progress) throws IOException {
    Deque<Socket> sockets = new ArrayDeque<>();
    for (int i = 0; i < count; i++) {
      sockets.add(silent(server));
      progress.countDown();
    }
    return sockets;
  }

  private static Socket silent(TestServer server) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.server().address().port());
  }

  private static boolean isClosed(Socket socket) throws IOException {
    socket.setSoTimeout(TestServer.BOUND_SECONDS * 1000);
    try (InputStream in = socket.getInputStream()) {
      return in.read() < 0;
    } catch (SocketException reset) {
      return true;
    }
  }
}
