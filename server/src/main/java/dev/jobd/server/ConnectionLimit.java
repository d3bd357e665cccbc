package dev.jobd.server;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerTransportFilter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the connections that are open at one time. Sits in front of the acceptor of the listening
 * channel, where each new connection passes as a message, so that one too many costs no TLS
 * handshake.
 *
 * <p>Who has not shown a certificate keeps nobody out who may: a new connection that finds no room
 * takes the place of the oldest one whose handshake is not finished, first among those of its own
 * address. Only where all have finished theirs is it refused.
 */
final class ConnectionLimit extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(ConnectionLimit.class);

  private final ConnectionBounds bounds;

  /** By the peer's address and port, the oldest first. */
  private final Map<SocketAddress, Channel> unfinished = new LinkedHashMap<>();

  private final Set<Channel> finished = new HashSet<>();

  ConnectionLimit(ConnectionBounds bounds) {
    this.bounds = bounds;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    Channel connection = (Channel) message;
    @Nullable SocketAddress peer = connection.remoteAddress();
    if (peer == null || !admit(peer, connection)) {
      connection.unsafe().closeForcibly();
      log.warn("refused {}: {} connections are open", peer, bounds.most());
      return;
    }
    connection.closeFuture().addListener(_ -> forget(peer, connection));
    context.fireChannelRead(message);
  }

  /** To be told by gRPC which handshakes are finished. */
  ServerTransportFilter handshakes() {
    return new ServerTransportFilter() {
      @Override
      public Attributes transportReady(Attributes connection) {
        finish(Objects.requireNonNull(connection.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)));
        return connection;
      }
    };
  }

  private synchronized boolean admit(SocketAddress peer, Channel connection) {
    boolean full = unfinished.size() + finished.size() >= bounds.most();
    if (unfinishedOf(peer) >= bounds.handshakesPerAddress()) {
      replace(oldest(peer));
    } else if (full || unfinished.size() >= bounds.handshakes()) {
      Optional<SocketAddress> oldest = unfinished.keySet().stream().findFirst();
      if (oldest.isEmpty()) {
        return false;
      }
      replace(oldest.get());
    }
    unfinished.put(peer, connection);
    return true;
  }

  private void replace(SocketAddress peer) {
    Channel replaced = Objects.requireNonNull(unfinished.remove(peer));
    ChannelFuture _ = replaced.close();
    log.warn("closed {} before its TLS handshake: others wanted its place", peer);
  }

  private long unfinishedOf(SocketAddress peer) {
    return unfinished.keySet().stream().filter(other -> host(other).equals(host(peer))).count();
  }

  private SocketAddress oldest(SocketAddress peer) {
    return unfinished.keySet().stream()
        .filter(other -> host(other).equals(host(peer)))
        .findFirst()
        .orElseThrow();
  }

  private static InetAddress host(SocketAddress peer) {
    return ((InetSocketAddress) peer).getAddress();
  }

  private synchronized void finish(SocketAddress peer) {
    // Absent where it was closed at the last moment.
    Channel connection = unfinished.remove(peer);
    if (connection != null) {
      finished.add(connection);
    }
  }

  private synchronized void forget(SocketAddress peer, Channel connection) {
    unfinished.remove(peer, connection);
    finished.remove(connection);
  }
}
