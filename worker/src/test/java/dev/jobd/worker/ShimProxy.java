package dev.jobd.worker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands between workers and one shim, and cuts their connections when it is told to. */
final class ShimProxy implements AutoCloseable {
  private final Path shim;
  private final ServerSocketChannel listener;
  private final List<SocketChannel> connections = new CopyOnWriteArrayList<>();

  /** From now on, who connects to the shim of {@code job} comes here. */
  ShimProxy(Job job) throws IOException {
    Path socket = job.directory().resolve("control");
    shim = Files.move(socket, socket.resolveSibling("aside"));
    listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listener.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofPlatform().daemon().start(this::accept);
  }

  private void accept() {
    try (listener) { // when the shim has gone, nobody listens
      while (true) {
        SocketChannel worker = listener.accept();
        connections.add(worker);
        SocketChannel onward = SocketChannel.open(UnixDomainSocketAddress.of(shim));
        connections.add(onward);
        Thread.ofPlatform().daemon().start(() -> copy(worker, onward));
        Thread.ofPlatform().daemon().start(() -> copy(onward, worker));
      }
    } catch (IOException e) {
      cut(); // the shim has gone, or close()
    }
  }

  private static void copy(SocketChannel from, SocketChannel to) {
    ByteBuffer buffer = ByteBuffer.allocate(1000);
    try (from;
        to) {
      while (from.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
        buffer.clear();
      }
    } catch (IOException e) {
      // cut
    }
  }

  /** Ends the connections there are, at whatever byte. */
  void cut() {
    for (SocketChannel connection : connections) {
      try {
        connection.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    connections.clear();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    cut();
  }
}
