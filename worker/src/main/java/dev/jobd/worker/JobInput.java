package dev.jobd.worker;

import dev.jobd.worker.InputState.Why;
import dev.jobd.worker.launch.InputNews;
import dev.jobd.worker.launch.ShimConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The way into one job's stdin.
 *
 * <p>The shim alone counts what has gone in, and this side asks it: at the beginning, for every new
 * sender, and for every new connection. One piece of input is under way at a time. It is kept until
 * the shim says that it is taken, so that after a connection was lost the rest of it can be sent
 * again, from where the shim says. So nothing is lost or comes twice, and a job that does not read
 * costs one piece here, and one in the shim.
 *
 * <p>The shim is told under the lock: what a message means depends on those before it. Telling
 * never waits. Senders are woken outside of it.
 */
final class JobInput {
  static final int MAX_BYTES = ShimConnection.MAX_INPUT_BYTES;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private @Nullable ShimConnection shim;
  private @Nullable InputSender sender;
  private Phase phase = Phase.AWAY;

  /** Bytes that have gone to the job, at the last word of the shim. */
  private long taken;

  /** Under way from {@link #taken} on. */
  private ByteBuffer piece = NOTHING;

  private boolean ends;
  private @Nullable Why over;

  /** Between this side and the shim. */
  private enum Phase {
    /** It cannot be reached, or nobody sends yet. */
    AWAY,
    /** It was asked where the input stands. */
    OPENING,
    READY,
    /** It has the piece, or the word of the end, and has not answered. */
    SENDING
  }

  /**
   * Has a new sender send, from where the input stands then.
   *
   * @throws IOException where the shim cannot be told; who sent before still does
   */
  InputSender open(Runnable wake) throws IOException {
    InputSender next = new InputSender(this, wake);
    InputSender before;
    synchronized (this) {
      if (shim != null && over == null && phase != Phase.OPENING) {
        ask(shim);
      }
      before = sender;
      sender = next;
      piece = NOTHING;
      ends = false;
    }
    if (before != null) {
      before.wake();
    }
    return next;
  }

  private void ask(ShimConnection connection) throws IOException {
    connection.openInput();
    phase = Phase.OPENING;
  }

  synchronized InputState stateOf(InputSender asking) {
    if (over != null) {
      return new InputState.Over(taken, over);
    }
    if (asking != sender) {
      return new InputState.Replaced();
    }
    return phase == Phase.READY && !piece.hasRemaining() && !ends
        ? new InputState.Ready(taken)
        : new InputState.Waiting();
  }

  /**
   * Where the connection has just been lost, the bytes go when there is another; those of a sender
   * that was replaced never do.
   */
  synchronized void send(InputSender by, ByteBuffer bytes) throws IOException {
    Objects.checkIndex(bytes.remaining() - 1, MAX_BYTES);
    if (by != sender || over != null) {
      return;
    }
    try {
      piece = bytes.slice();
      pass();
    } catch (IOException e) {
      piece = NOTHING;
      throw e;
    }
  }

  synchronized void end(InputSender by) throws IOException {
    if (by != sender || over != null) {
      return;
    }
    try {
      ends = true;
      pass();
    } catch (IOException e) {
      ends = false;
      throw e;
    }
  }

  synchronized void leave(InputSender leaving) {
    if (leaving == sender) {
      sender = null;
    }
  }

  /** Sends the piece, or else the end, where there is one and the shim is ready for it. */
  private void pass() throws IOException {
    if (shim == null || phase != Phase.READY) {
      return;
    }
    if (piece.hasRemaining()) {
      shim.input(piece.duplicate());
      phase = Phase.SENDING;
    } else if (ends) {
      shim.endInput();
      phase = Phase.SENDING;
    }
  }

  /** There is a shim, or again one. */
  synchronized void connected(ShimConnection connection) throws IOException {
    shim = connection;
    phase = Phase.AWAY;
    if (sender != null && over == null) {
      ask(connection);
    }
  }

  synchronized void disconnected() {
    shim = null;
    phase = Phase.AWAY;
  }

  void hear(InputNews news) throws IOException {
    try {
      take(news);
    } finally {
      wakeSender();
    }
  }

  private synchronized void take(InputNews news) throws IOException {
    switch (news) {
      case InputNews.Opened(long at) -> goOnAt(at);
      case InputNews.Taken(long at) -> {
        if (phase == Phase.SENDING) { // and not on its way when a new sender came
          goOnAt(at);
        }
      }
      case InputNews.Closed(long at, boolean complete) -> {
        taken = at;
        finish(complete ? Why.COMPLETE : Why.CLOSED_BY_JOB);
      }
    }
  }

  private void wakeSender() {
    InputSender listening;
    synchronized (this) {
      listening = sender;
    }
    if (listening != null) {
      listening.wake();
    }
  }

  private void goOnAt(long at) throws IOException {
    if (piece.hasRemaining()) {
      int done = Math.toIntExact(at - taken);
      piece = piece.slice(done, piece.remaining() - done);
    }
    taken = at;
    phase = Phase.READY;
    pass();
  }

  private void finish(Why why) {
    over = over == null ? why : over;
    piece = NOTHING;
  }

  void jobEnded() {
    synchronized (this) {
      finish(Why.JOB_ENDED);
    }
    wakeSender();
  }
}
