package dev.jobd.server.rpc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.output.OutputEvent;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Output in which there is nothing to find before the test says so. */
final class FakeSearch implements OutputSource {
  final CountDownLatch stepped = new CountDownLatch(1);
  final CountDownLatch closed = new CountDownLatch(1);
  final AtomicInteger steps = new AtomicInteger();

  /** Set where a step was made on a virtual thread, or after the end. */
  final AtomicBoolean misused = new AtomicBoolean();

  private final Step step;
  private volatile boolean found;

  /** What a step does, and whether there is more to search. */
  @FunctionalInterface
  interface Step {
    boolean make();
  }

  FakeSearch(Step step) {
    this.step = step;
  }

  /** Goes on until its call is over. */
  static FakeSearch endless() {
    return new FakeSearch(() -> true);
  }

  /** Goes on, too, but its first step takes until {@code mayEnd}. */
  static FakeSearch held(CountDownLatch mayEnd) {
    return new FakeSearch(
        () -> {
          try {
            assertThat(mayEnd.await(StreamServer.BOUND_SECONDS, SECONDS)).isTrue();
            return true;
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Override
  public OutputEvent poll() {
    return found ? new OutputEvent.End(0) : new OutputEvent.Searching();
  }

  @Override
  public OutputEvent pollCached() {
    return poll();
  }

  @Override
  public boolean search() {
    if (Thread.currentThread().isVirtual() || closed.getCount() == 0) {
      misused.set(true);
    }
    steps.incrementAndGet();
    stepped.countDown();
    found = !step.make();
    return !found;
  }

  @Override
  public void onReady(Runnable wake) {
    throw new AssertionError("who searches waits for nothing");
  }

  @Override
  public JobRecord job() {
    return Samples.ended();
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
