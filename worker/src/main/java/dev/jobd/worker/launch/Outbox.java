package dev.jobd.worker.launch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;

/**
 * What goes to one shim: whole and in order, whoever sends it. Nothing waits here but bytes, and
 * those only where the socket has no room for them, until it has. What is sent to a shim that has
 * ended is lost.
 */
final class Outbox {
  /** Messages, or bytes of input, that wait at one time. */
  private static final int MAX_WAITING = 16;

  private final SelectionKey key;
  private final SocketChannel channel;
  private final Deque<ByteBuffer> waiting = new ArrayDeque<>();

  /**
   * @param key of the socket, with whoever calls {@link #flush} when it can be written to
   */
  Outbox(SelectionKey key) {
    this.key = key;
    this.channel = (SocketChannel) key.channel();
  }

  /**
   * Sends {@code messages} with nothing in between.
   *
   * @throws IOException where too much waits already; nothing was sent then
   */
  synchronized void send(ByteBuffer... messages) throws IOException {
    if (waiting.size() + messages.length > MAX_WAITING) {
      throw new IOException(
          "the job's shim takes no more messages; it is stopped, or waits for its disk");
    }
    Collections.addAll(waiting, messages);
    flush();
  }

  /** Sends what the socket has room for; called when it has. */
  synchronized void flush() {
    try {
      while (!waiting.isEmpty() && isSent(waiting.element())) {
        waiting.remove();
      }
      awaitRoom(!waiting.isEmpty());
    } catch (IOException | CancelledKeyException e) {
      // The shim has ended. The selector sees the same and tells it, after what came before.
      waiting.clear();
    }
  }

  private boolean isSent(ByteBuffer message) throws IOException {
    channel.write(message);
    return !message.hasRemaining();
  }

  private void awaitRoom(boolean wanted) {
    int operations = SelectionKey.OP_READ | (wanted ? SelectionKey.OP_WRITE : 0);
    if (key.interestOps() != operations) {
      key.interestOps(operations);
      key.selector().wakeup(); // a selection under way goes by what was wanted before
    }
  }
}
