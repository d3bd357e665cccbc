package dev.jobd.cli;

import dev.jobd.cli.render.Console;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Gets a server back that is away: tells people, tries again after pauses that grow, and gives up
 * in time. For one thread.
 *
 * <p>What is bounded is the time without a connection. It counts anew once a connection has held
 * for {@link #STEADY}: a server that comes and goes at once is given up, too, and never asked in a
 * busy loop.
 */
final class Reconnection {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

  /** So a server that is back is found soon; and few enough tries for any number of clients. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  private static final Duration STEADY = Duration.ofSeconds(10);

  /** Nobody wonders for so long why nothing happens. */
  private static final Duration SILENCE = Duration.ofSeconds(2);

  private final ServerAddress server;
  private final ManagedChannel channel;
  private final Patience patience;
  private final Console console;

  private volatile boolean reached;
  private boolean begun;
  private long connectedAt;
  private long spentNanos;
  private long pauseNanos;

  Reconnection(ServerAddress server, ManagedChannel channel, Patience patience, Console console) {
    this.server = server;
    this.channel = channel;
    this.patience = patience;
    this.console = console;
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
      console.say("waiting for " + server + " ...");
    }
  }

  /** How long this tries, at most. */
  Duration bound() {
    return reached ? patience.again() : patience.first();
  }

  /**
   * Waits for a connection.
   *
   * @return whether there is one; otherwise the bound was reached
   * @throws IOException where people cannot be told
   */
  boolean succeeds() throws IOException, InterruptedException {
    if (System.nanoTime() - connectedAt > STEADY.toNanos()) {
      spentNanos = 0;
      pauseNanos = 0;
    }
    if (bound().isZero()) {
      return false;
    }
    boolean again = reached;
    console.say(
        (again ? "lost " + server + "; trying again" : "no connection to " + server + "; trying")
            + " for up to "
            + words(bound()));
    if (!connects(bound().toNanos())) {
      return false;
    }
    connectedAt = System.nanoTime();
    console.say(server + (again ? " is back" : " is there now"));
    return true;
  }

  private boolean connects(long boundNanos) throws InterruptedException {
    long began = System.nanoTime() - spentNanos;
    try {
      while (System.nanoTime() - began < boundNanos) {
        if (isReadyWithin(Math.min(pauseNanos, boundNanos - (System.nanoTime() - began)))) {
          return true;
        }
        ask();
        pauseNanos = Math.clamp(2 * pauseNanos, FIRST_PAUSE.toNanos(), LONGEST_PAUSE.toNanos());
      }
      return false;
    } finally {
      spentNanos = System.nanoTime() - began;
    }
  }

  /** Has the channel connect now, rather than in its own rhythm, which slows down to minutes. */
  private void ask() {
    channel.resetConnectBackoff();
    channel.getState(true);
  }

  /** Up to a half less, by chance: clients that lost a server together do not come back so. */
  private boolean isReadyWithin(long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos - ThreadLocalRandom.current().nextLong(nanos / 2 + 1);
    return isWithin(end, EnumSet.of(ConnectivityState.READY));
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
