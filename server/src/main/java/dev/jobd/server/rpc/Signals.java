package dev.jobd.server.rpc;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Wakes what rests, and keeps it to one thread at a time. A signal that finds it at rest says so,
 * and its sender starts a round; one that comes during a round is counted, and another round
 * follows. So at most one runs at a time, no signal is lost, no lock is held over a round, and what
 * waits holds no thread. After the last round signals are counted and start nothing.
 *
 * <p>A round: {@code int seen = pending()}, the work, and again unless {@code settled(seen)}.
 */
final class Signals {
  private final AtomicInteger count;

  private Signals(int first) {
    count = new AtomicInteger(first);
  }

  /** At rest. */
  static Signals none() {
    return new Signals(0);
  }

  /** As if a round ran: signals are counted for the first. */
  static Signals one() {
    return new Signals(1);
  }

  /** Something has changed; never blocks. Says whether the caller is to start a round. */
  boolean raise() {
    return count.getAndIncrement() == 0;
  }

  /** How many there are, before a round that answers them. */
  int pending() {
    return count.get();
  }

  /** After a round that answered so many: whether no others came, so that there is rest now. */
  boolean settled(int answered) {
    return count.addAndGet(-answered) == 0;
  }
}
