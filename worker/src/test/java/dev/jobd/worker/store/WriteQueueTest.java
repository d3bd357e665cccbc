package dev.jobd.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class WriteQueueTest {
  private final WriteQueue queue = new WriteQueue();

  @Test
  void holdsAtMostSoManyWrites() throws Exception {
    assertThat(largestTake(8, 2000, 1)).isLessThanOrEqualTo(WriteQueue.MAX_WRITES);
  }

  @Test
  void holdsAtMostSoManyBytes() throws Exception {
    int bytes = 1 << 20;

    assertThat(largestTake(4, 50, bytes))
        .isLessThanOrEqualTo(Math.toIntExact(WriteQueue.MAX_BYTES / bytes));
  }

  /** Puts from several threads and takes until all is there; tells the most that came at once. */
  private int largestTake(int threads, int writesOfEach, int bytes) throws Exception {
    List<Thread> putters = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      putters.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < writesOfEach; i++) {
                      queue.put(write(bytes));
                    }
                  }));
    }
    int largest = 0;
    for (int taken = 0; taken < threads * writesOfEach; ) {
      int size = queue.takeAll().size();
      largest = Math.max(largest, size);
      taken += size;
    }
    for (Thread putter : putters) {
      putter.join();
    }
    return largest;
  }

  @Test
  void takesAWriteThatExceedsTheBoundByItself() throws Exception {
    queue.put(write(Integer.MAX_VALUE));

    assertThat(queue.takeAll()).hasSize(1);
  }

  @Test
  void closingLetsThoseWhoWaitForRoomGoWithoutTheirWrite() throws Exception {
    queue.put(write(Integer.MAX_VALUE));
    CompletableFuture<Boolean> accepted = CompletableFuture.supplyAsync(() -> queue.put(write(1)));

    queue.close();

    assertThat(accepted.get(Stores.BOUND_SECONDS, TimeUnit.SECONDS)).isFalse();
    assertThat(queue.takeAll()).hasSize(1);
    assertThat(queue.takeAll()).isEmpty();
  }

  @Test
  void aLazyWriteGoesWithTheNextUrgentOne() throws Exception {
    queue.put(lazy(1));
    queue.put(write(1));

    assertThat(queue.takeAll()).hasSize(2);
  }

  @Test
  void aLazyWriteThatNoOtherComesToIsTakenAlone() throws Exception {
    long asked = System.nanoTime();
    queue.put(lazy(1));

    assertThat(queue.takeAll()).hasSize(1);
    assertThat(System.nanoTime() - asked).isGreaterThanOrEqualTo(JobStore.LAZINESS.toNanos());
  }

  @Test
  void aLazyWriteKeepsNobodyWaitingForRoom() throws Exception {
    queue.put(lazy(Integer.MAX_VALUE));
    CompletableFuture<Boolean> accepted = CompletableFuture.supplyAsync(() -> queue.put(lazy(1)));

    assertThat(queue.takeAll()).hasSize(1);
    assertThat(accepted.get(Stores.BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  private static Write write(int bytes) {
    return Write.urgent("test", bytes, session -> {});
  }

  private static Write lazy(int bytes) {
    return Write.lazy("test", bytes, session -> {});
  }
}
