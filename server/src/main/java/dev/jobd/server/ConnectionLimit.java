package dev.jobd.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the connections that are open at one time. Sits in front of the acceptor of the listening
 * channel, where each new connection passes as a message, so that one too many costs no TLS
 * handshake.
 */
final class ConnectionLimit extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(ConnectionLimit.class);

  private final int max;
  private final AtomicInteger open = new AtomicInteger();

  ConnectionLimit(int max) {
    this.max = max;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    Channel connection = (Channel) message;
    if (open.incrementAndGet() > max) {
      open.decrementAndGet();
      connection.unsafe().closeForcibly();
      log.warn("refused {}: {} connections are open", connection.remoteAddress(), max);
      return;
    }
    connection.closeFuture().addListener(_ -> open.decrementAndGet());
    context.fireChannelRead(message);
  }
}
