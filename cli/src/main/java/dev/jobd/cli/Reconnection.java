package dev.jobd.cli;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Gets a server back that is away: tells people, tries again after pauses that grow, and gives up
 * in time. For one thread.
 *
 * <p>What is bounded is the time without a connection that is of use. It counts anew once a
 * connection has held for {@link #STEADY}: a server that comes and goes at once is given up, too,
 * and never asked in a busy loop.
 */
final class Reconnection {
  private static final Duration STEADY = Duration.ofSeconds(10);

  /** Nobody wonders for so long why nothing happens. */
  private static final Duration SILENCE = Duration.ofSeconds(2);

  private final ServerAddress server;
  private final ManagedChannel channel;
  private final Patience patience;
  private final People people;
  private final Pause pause = new Pause();

  private volatile boolean reached;
  private boolean begun;
  private boolean resuming;
  private long connectedAt;
  private long spentNanos;

  /** What people are told when the server is back; {@code null} while it is there. */
  private @Nullable String wordsOfReturn;

  Reconnection(ServerAddress server, ManagedChannel channel, Patience patience, People people) {
    this.server = server;
    this.channel = channel;
    this.patience = patience;
    this.people = people;
    noteFirst(channel.getState(false));
  }

  private void noteFirst(ConnectivityState state) {
    if (state == ConnectivityState.READY) {
      reached = true;
    } else if (state != ConnectivityState.SHUTDOWN) {
      channel.notifyWhenStateChanged(state, () -> noteFirst(channel.getState(false)));
    }
  }

  /** Whether the server was ever there. */
  boolean reached() {
    return reached;
  }

  /** Connects for the first time; tells people what is waited for, where that takes long. */
  void begin() throws IOException, InterruptedException {
    if (begun) {
      return;
    }
    begun = true;
    channel.getState(true);
    long end = System.nanoTime() + SILENCE.toNanos();
    if (!isWithin(end, EnumSet.of(ConnectivityState.READY, ConnectivityState.TRANSIENT_FAILURE))) {
      people.tell("waiting for " + server + " ...");
    }
  }

  /** How long this tries, at most. */
  Duration bound() {
    return reached ? patience.again() : patience.first();
  }

  /**
   * Waits until it is worth to call again: there is another connection, or the one that was of no
   * use is still there after a pause. An other end that takes calls and has nobody behind it, as a
   * proxy may, is given up like one that is not there.
   *
   * @param trouble what people are told is wrong
   * @return whether it is; otherwise the bound was reached
   * @throws IOException where people cannot be told
   */
  boolean succeeds(String trouble) throws IOException, InterruptedException {
    if (System.nanoTime() - connectedAt > STEADY.toNanos()) {
      spentNanos = 0;
      pause.reset();
    }
    if (bound().isZero()) {
      return false;
    }
    sayAway(trouble);
    if (!connects(bound().toNanos())) {
      return false;
    }
    connectedAt = System.nanoTime();
    resuming = true;
    return true;
  }

  private void sayAway(String trouble) throws IOException {
    if (wordsOfReturn == null) {
      wordsOfReturn = server + (reached ? " is back" : " is there now");
      String trying = reached ? "; trying again for up to " : "; trying for up to ";
      people.tell(trouble + trying + words(bound()));
    }
  }

  private void sayBack() throws IOException {
    if (wordsOfReturn != null) {
      people.tell(wordsOfReturn);
      wordsOfReturn = null;
    }
  }

  /** The server has taken a call: it is there, also for people who were told that it was not. */
  void answered() throws IOException {
    resuming = false;
    sayBack();
  }

  /** Whether no call was taken yet since the connection was lost. */
  boolean isResuming() {
    return resuming;
  }

  private boolean connects(long boundNanos) throws IOException, InterruptedException {
    long end = System.nanoTime() + boundNanos - spentNanos;
    try {
      if (stays(end)) {
        return System.nanoTime() < end;
      }
      while (System.nanoTime() < end) {
        if (isWithin(pauseEnd(end), EnumSet.of(ConnectivityState.READY))) {
          sayBack();
          return true;
        }
        ask();
        pause.grow();
      }
      return false;
    } finally {
      spentNanos = boundNanos - (end - System.nanoTime());
    }
  }

  /** Whether there is a connection that outlasts a pause: no other is to be had. */
  private boolean stays(long end) throws InterruptedException {
    if (channel.getState(false) != ConnectivityState.READY) {
      return false;
    }
    pause.grow();
    return !isWithin(pauseEnd(end), EnumSet.complementOf(EnumSet.of(ConnectivityState.READY)));
  }

  private long pauseEnd(long end) {
    long now = System.nanoTime();
    return now + Math.min(pause.nanos(), end - now);
  }

  /** Has the channel connect now, rather than in its own rhythm, which slows down to minutes. */
  private void ask() {
    channel.resetConnectBackoff();
    channel.getState(true);
  }

  /** Whether the channel comes to one of {@code states} by {@code end}, in System.nanoTime(). */
  private boolean isWithin(long end, Set<ConnectivityState> states) throws InterruptedException {
    while (true) {
      ConnectivityState state = channel.getState(false);
      if (states.contains(state)) {
        return true;
      }
      CountDownLatch changed = new CountDownLatch(1);
      channel.notifyWhenStateChanged(state, changed::countDown);
      if (!changed.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        return false;
      }
    }
  }

  /** A time span for people. */
  static String words(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
  }
}
