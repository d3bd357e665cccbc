package dev.jobd.worker.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * What one preadv2(2) needs of native memory. Used again and again: fresh memory is taken from the
 * heap of C, and zeroed, for each read.
 *
 * @param state where the call leaves its errno
 * @param vector one struct iovec, of {@code bytes}
 * @param bytes where the kernel writes
 */
record ReadBuffer(MemorySegment state, MemorySegment vector, MemorySegment bytes) {
  /** What one read gets at most: a chunk of output as a server asks for it. */
  static final int BYTES = 64 << 10;

  /** Who reads what is in memory holds a processor; who waits for a disk may need one more. */
  private static final int MAX_IDLE = 2 * Runtime.getRuntime().availableProcessors();

  private static final BlockingQueue<ReadBuffer> IDLE = new ArrayBlockingQueue<>(MAX_IDLE);

  /** struct iovec: an address and a length. */
  private static final int IOVEC_BYTES = 16;

  /** One that nobody else has, until it is {@linkplain #giveBack given back}. */
  static ReadBuffer take() {
    ReadBuffer idle = IDLE.poll();
    return idle == null ? fresh() : idle;
  }

  private static ReadBuffer fresh() {
    // One for all: who holds one of the three keeps the others, of which the vector has an address.
    Arena arena = Arena.ofAuto();
    MemorySegment bytes = arena.allocate(BYTES);
    MemorySegment vector = arena.allocate(IOVEC_BYTES, ADDRESS.byteAlignment());
    vector.set(ADDRESS, 0, bytes);
    return new ReadBuffer(arena.allocate(Linker.Option.captureStateLayout()), vector, bytes);
  }

  /** Has the next read get so many bytes at most. */
  void ask(int count) {
    vector.set(JAVA_LONG, ADDRESS.byteSize(), Math.min(count, BYTES));
  }

  /** For the next one who reads; where enough lie there, the memory is free. */
  void giveBack() {
    boolean _ = IDLE.offer(this);
  }
}
