package dev.jobd.worker.launch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The way to one live shim. What is sent to a shim that has ended is lost, as it should be: its end
 * is told by {@link ShimEvents#closed}.
 */
public final class ShimConnection {
  /** Of input in one message. */
  public static final int MAX_INPUT_BYTES = 64 << 10;

  private final int pid;
  private final SocketChannel channel;
  private final ShimEvents events;
  private final ByteBuffer incoming = ControlMessage.newBuffer();
  private final Outbox outbox;
  private boolean told;

  /**
   * That the shim said, where it is none that is known here; nothing it says is understood then.
   */
  private volatile @Nullable Integer unknownVersion;

  /**
   * @param key of the shim's socket, with the selector that serves it
   */
  ShimConnection(int pid, SelectionKey key, ShimEvents events) {
    this.pid = pid;
    this.channel = (SocketChannel) key.channel();
    this.events = events;
    this.outbox = new Outbox(key);
  }

  /** Says that the job's cgroup is there, with its limits: its inside may be made. */
  public void enter() throws IOException {
    send(ControlMessage.enter());
  }

  /** After {@link #enter}. Says that the job is recorded: its command may be executed. */
  public void launch() throws IOException {
    send(ControlMessage.launch());
  }

  /**
   * Takes a job back that was not launched: the shim, of which everybody has let go without that
   * word, ends without having executed anything.
   */
  public void takeBack() throws IOException {
    try {
      channel.shutdownOutput();
    } catch (ClosedChannelException e) {
      // It has ended already, for a reason of its own.
    }
  }

  /**
   * Ends the job: {@code signal} to its command, and after {@code grace} SIGKILL to all that is
   * left; to all at once where it is zero.
   */
  public void stop(int signal, Duration grace) throws IOException {
    send(ControlMessage.stop(signal, grace.toNanos()));
  }

  /** As {@link #stop}, unless the shim was told of a stop before. */
  public void resumeStop(int signal, Duration grace) throws IOException {
    send(ControlMessage.resumeStop(signal, grace.toNanos()));
  }

  /** Signals the command alone. */
  public void signal(int signal) throws IOException {
    send(ControlMessage.signal(signal));
  }

  /** Asks to be told, once, when the journal is longer than {@code journalEnd}. */
  public void watch(long journalEnd) throws IOException {
    send(ControlMessage.watch(journalEnd));
  }

  /**
   * Gives the job's input from now on. {@link InputNews.Opened} or {@link InputNews.Closed}
   * answers; what was sent before and is not taken by then never is.
   */
  public void openInput() throws IOException {
    send(ControlMessage.openInput());
  }

  /**
   * Sends input; {@link InputNews.Taken} or {@link InputNews.Closed} answers, and only then may
   * more be sent.
   *
   * @param bytes 1 to {@link #MAX_INPUT_BYTES}; not to be written to any more
   */
  public void input(ByteBuffer bytes) throws IOException {
    send(ControlMessage.input(bytes.remaining()).encode(), bytes.slice());
  }

  /** Ends the input after what was sent; {@link InputNews.Closed} answers. */
  public void endInput() throws IOException {
    send(ControlMessage.endInput());
  }

  /**
   * Says that bounds on the job's disks were written, which the shim lifts where it kills the job,
   * or has begun to. A shim that does not know this word passes over it.
   */
  public void boundsWritten() throws IOException {
    send(ControlMessage.boundsWritten());
  }

  private void send(ControlMessage message) throws IOException {
    send(message.encode());
  }

  private void send(ByteBuffer... messages) throws IOException {
    if (unknownVersion != null) {
      throw new IOException(
          "the job's shim speaks version "
              + unknownVersion
              + " of the control protocol, and this jobd "
              + ControlMessage.VERSION
              + "; only the jobd that started the job can reach it");
    }
    outbox.send(messages);
  }

  /** Sends what had to wait for room in the socket. */
  void flush() {
    outbox.flush();
  }

  /** Takes what has come; false when nothing more will. */
  boolean receive() {
    try {
      while (true) {
        int got = channel.read(incoming);
        if (got < 0) {
          return false;
        }
        if (incoming.hasRemaining()) {
          return true;
        }
        ControlMessage message = ControlMessage.decode(incoming);
        incoming.clear();
        if (unknownVersion == null && !handle(message)) {
          return false;
        }
      }
    } catch (IOException e) {
      return false; // a reset: the shim was killed
    }
  }

  private boolean handle(ControlMessage message) {
    switch (message.type()) {
      case ControlMessage.HELLO -> {
        if (message.value() < 1 || message.value() > ControlMessage.VERSION) {
          unknownVersion = message.value();
          events.notUnderstood(message.value());
        }
      }
      case ControlMessage.STARTED -> {
        if (message.value() < 1) {
          return false; // no process has such an id: who says so is no shim
        }
        events.started(message.value(), Instant.ofEpochSecond(0, message.timeNanos()));
      }
      case ControlMessage.GREW -> events.grew(message.number());
      case ControlMessage.INPUT_OPENED -> events.input(new InputNews.Opened(message.number()));
      case ControlMessage.INPUT_TAKEN -> events.input(new InputNews.Taken(message.number()));
      case ControlMessage.INPUT_CLOSED ->
          events.input(
              new InputNews.Closed(
                  message.number(), message.value() == ControlMessage.INPUT_COMPLETE));
      case ControlMessage.ENDED -> {
        told = true;
        return false;
      }
      default -> {} // what a later shim tells beside it
    }
    return true;
  }

  void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing was buffered that could be lost.
    }
    events.closed(told, pid);
  }
}
