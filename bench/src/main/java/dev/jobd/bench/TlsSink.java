package dev.jobd.bench;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.Status;

/**
 * A client that shows its certificate, asks, and then counts what comes without decrypting it. So
 * those who send are compared, and not clients; and a client costs the same, whoever sends.
 */
final class TlsSink implements Closeable {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final SocketChannel channel;
  private final SSLEngine engine;
  private final ByteBuffer incoming;
  private final ByteBuffer outgoing;
  private long received;

  private TlsSink(SocketChannel channel, SSLEngine engine) {
    this.channel = channel;
    this.engine = engine;
    this.incoming = ByteBuffer.allocate(engine.getSession().getPacketBufferSize()).limit(0);
    this.outgoing = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
  }

  /** Connects; when this returns, the handshake is done. */
  static TlsSink connect(InetSocketAddress address, SslContext tls) throws IOException {
    SSLEngine engine =
        tls.newEngine(ByteBufAllocator.DEFAULT, address.getHostString(), address.getPort());
    SocketChannel channel = SocketChannel.open(address);
    TlsSink sink = new TlsSink(channel, engine);
    try {
      sink.shakeHands();
      return sink;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private void shakeHands() throws IOException {
    engine.beginHandshake();
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_WRAP -> send(NOTHING);
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap();
        case NEED_TASK -> engine.getDelegatedTask().run();
        case FINISHED, NOT_HANDSHAKING -> {
          return;
        }
      }
    }
  }

  private void unwrap() throws IOException {
    ByteBuffer plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
    if (engine.unwrap(incoming, plain).getStatus() == Status.BUFFER_UNDERFLOW) {
      incoming.compact();
      if (channel.read(incoming) < 0) {
        throw new EOFException("the server ended the connection in its handshake");
      }
      incoming.flip();
    }
  }

  /** Sends so little that it fits into one record. */
  void send(byte[] plain) throws IOException {
    send(ByteBuffer.wrap(plain));
  }

  private void send(ByteBuffer plain) throws IOException {
    outgoing.clear();
    engine.wrap(plain, outgoing);
    outgoing.flip();
    while (outgoing.hasRemaining()) {
      channel.write(outgoing);
    }
  }

  SocketChannel channel() {
    return channel;
  }

  /** Takes what has come. The encrypted bytes are less than 1 % more than what they hold. */
  void receive(ByteBuffer scratch) throws IOException {
    if (channel.read(scratch.clear()) < 0) {
      throw new EOFException("the server ended the connection after " + received + " bytes");
    }
    received += scratch.position();
  }

  /** Takes what comes until that is so much in all. The channel is one that blocks. */
  void receive(ByteBuffer scratch, long bytes) throws IOException {
    while (received < bytes) {
      receive(scratch);
    }
  }

  long received() {
    return received;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
