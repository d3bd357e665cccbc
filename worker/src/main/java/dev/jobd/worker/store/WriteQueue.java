package dev.jobd.worker.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes on their way to the one thread that carries them out: many put, one takes all there is.
 *
 * <p>Lazy writes are taken with the first urgent one, and after {@link JobStore#LAZINESS} without.
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

  /** By {@link System#nanoTime}, when what is there is to be taken at the latest. */
  private long due;

  /** Adds a write, once there is room; {@code false} where the queue is closed. */
  boolean put(Write write) {
    lock.lock();
    try {
      while (!closed && !hasRoomFor(write)) {
        hurry();
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
  List<Write> takeAll() throws InterruptedException {
    lock.lock();
    try {
      while (!closed && !isDue()) {
        if (writes.isEmpty()) {
          work.awaitUninterruptibly();
        } else {
          work.awaitNanos(due - System.nanoTime());
        }
      }
      return empty();
    } finally {
      lock.unlock();
    }
  }

  /** Takes what is there, without waiting. */
  List<Write> takeRest() {
    lock.lock();
    try {
      return empty();
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

  private List<Write> empty() {
    List<Write> taken = writes;
    writes = new ArrayList<>();
    bytes = 0;
    room.signalAll();
    return taken;
  }

  private boolean hasRoomFor(Write write) {
    return writes.isEmpty() || (writes.size() < MAX_WRITES && bytes + write.bytes() <= MAX_BYTES);
  }

  private boolean add(Write write) {
    if (closed) {
      return false;
    }
    if (writes.isEmpty()) {
      due = System.nanoTime() + JobStore.LAZINESS.toNanos();
      work.signal();
    }
    writes.add(write);
    bytes += write.bytes();
    if (write.urgent()) {
      hurry();
    }
    return true;
  }

  private void hurry() {
    due = System.nanoTime();
    work.signal();
  }

  private boolean isDue() {
    return !writes.isEmpty() && due - System.nanoTime() <= 0;
  }
}
