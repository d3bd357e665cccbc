package dev.jobd.server;

import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The event loops and sockets under gRPC: epoll where its native library loads, NIO elsewhere. */
final class Transport implements AutoCloseable {
  private static final long QUIET_MILLIS = 0;
  private static final long CLOSE_MILLIS = 1_000;

  private static final String UNPACK_PROPERTY = "io.netty.native.workdir";

  private final boolean epoll;
  private final EventLoopGroup acceptor;
  private final EventLoopGroup connections;

  /**
   * @param privateDirectory where netty may unpack its native library for the moment of loading it:
   *     a place in which nobody else can put another
   */
  Transport(Path privateDirectory) {
    if (System.getProperty(UNPACK_PROPERTY) == null) {
      System.setProperty(UNPACK_PROPERTY, privateDirectory.toString());
    }
    epoll = Epoll.isAvailable();
    acceptor = group("jobd-accept", 1);
    connections = group("jobd-io", Runtime.getRuntime().availableProcessors());
  }

  void configure(NettyServerBuilder server, ConnectionBounds bounds) {
    ConnectionLimit limit = new ConnectionLimit(bounds);
    ChannelFactory<ServerChannel> listener =
        () -> {
          ServerChannel channel =
              epoll ? new EpollServerSocketChannel() : new NioServerSocketChannel();
          channel.pipeline().addLast(limit);
          return channel;
        };
    server.addTransportFilter(limit.handshakes());
    server.channelFactory(listener).bossEventLoopGroup(acceptor).workerEventLoopGroup(connections);
    if (epoll) {
      // A client that does not read pins this much of the kernel's memory, rather than a full send
      // buffer of several MiB.
      server.withChildOption(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) bounds.unsentBytes());
    }
  }

  private EventLoopGroup group(String name, int threads) {
    IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), handlers);
  }

  @Override
  public void close() {
    acceptor
        .shutdownGracefully(QUIET_MILLIS, CLOSE_MILLIS, TimeUnit.MILLISECONDS)
        .syncUninterruptibly();
    connections
        .shutdownGracefully(QUIET_MILLIS, CLOSE_MILLIS, TimeUnit.MILLISECONDS)
        .syncUninterruptibly();
  }
}
