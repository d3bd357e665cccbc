package dev.jobd.worker.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes on their way to the one thread that carries them out: many put, one takes all there is.
 *
 * <p>Bounded in number and bytes. The lock is fair, so those who wait for room get it in turn; and
 * as the taker always empties the queue, even a write that exceeds the bound by itself gets in.
 */
final class WriteQueue {
  static final int MAX_WRITES = 4096;
  static final long MAX_BYTES = 16 << 20;

  private final ReentrantLock lock = new ReentrantLock(true);
  private final Condition room = lock.newCondition();
  private final Condition work = lock.newCondition();

  private List<Write> writes = new ArrayList<>();
  private long bytes;
  private boolean closed;

  /** Adds a write, once there is room; {@code false} where the queue is closed. */
  boolean put(Write write) {
    lock.lock();
    try {
      while (!closed && !hasRoomFor(write)) {
        room.awaitUninterruptibly();
      }
      return add(write);
    } finally {
      lock.unlock();
    }
  }

  /** Adds a write even where there is no room; {@code false} where the queue is closed. */
  boolean putAtOnce(Write write) {
    lock.lock();
    try {
      return add(write);
    } finally {
      lock.unlock();
    }
  }

  /** Takes everything, once there is something; empty where the queue is closed and drained. */
  List<Write> takeAll() {
    lock.lock();
    try {
      while (writes.isEmpty() && !closed) {
        work.awaitUninterruptibly();
      }
      List<Write> taken = writes;
      writes = new ArrayList<>();
      bytes = 0;
      room.signalAll();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Lets nothing more in; what is there can still be taken. */
  void close() {
    lock.lock();
    try {
      closed = true;
      room.signalAll();
      work.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean hasRoomFor(Write write) {
    return writes.isEmpty() || (writes.size() < MAX_WRITES && bytes + write.bytes() <= MAX_BYTES);
  }

  private boolean add(Write write) {
    if (closed) {
      return false;
    }
    writes.add(write);
    bytes += write.bytes();
    work.signal();
    return true;
  }
}
