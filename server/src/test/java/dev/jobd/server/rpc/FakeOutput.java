package dev.jobd.server.rpc;

import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.OutputStreamKind;
import dev.jobd.worker.output.OutputEvent;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Output that the test writes. Notes whoever breaks the rule that one thread at a time reads it.
 */
final class FakeOutput implements OutputSource {
  final CountDownLatch closed = new CountDownLatch(1);
  final AtomicInteger polled = new AtomicInteger();
  final AtomicInteger closings = new AtomicInteger();
  final AtomicBoolean misused = new AtomicBoolean();

  /** Set where nothing is in memory. */
  final AtomicBoolean onDisk = new AtomicBoolean();

  /** A permit for every time that the source was found empty and a wake-up was left. */
  final BlockingQueue<Boolean> waits = new LinkedBlockingQueue<>();

  private final ConcurrentLinkedQueue<OutputEvent> events = new ConcurrentLinkedQueue<>();
  private final AtomicReference<@Nullable Runnable> wake = new AtomicReference<>();
  private final AtomicBoolean inUse = new AtomicBoolean();

  void write(OutputEvent event) {
    events.add(event);
    fireIfReady();
  }

  void writeChunk(long offset, byte[] bytes) {
    write(
        new OutputEvent.Chunk(
            OutputStreamKind.STDOUT,
            offset,
            bytes,
            List.of(new OutputEvent.Read(0, Samples.STARTED))));
  }

  private void fireIfReady() {
    if (!events.isEmpty()) {
      Runnable waiting = wake.getAndSet(null);
      if (waiting != null) {
        waiting.run();
      }
    }
  }

  @Override
  public OutputEvent poll() {
    enter();
    try {
      polled.incrementAndGet();
      OutputEvent event = events.poll();
      return event == null ? new OutputEvent.Waiting() : event;
    } finally {
      inUse.set(false);
    }
  }

  @Override
  public OutputEvent pollCached() {
    if (onDisk.get()) {
      enter();
      inUse.set(false);
      return new OutputEvent.NotCached();
    }
    return poll();
  }

  @Override
  public boolean search() {
    enter();
    inUse.set(false);
    return false;
  }

  @Override
  public void onReady(Runnable newWake) {
    enter();
    wake.set(newWake);
    inUse.set(false);
    waits.add(true);
    fireIfReady();
  }

  @Override
  public JobRecord job() {
    return Samples.ended();
  }

  @Override
  public void close() {
    enter();
    closings.incrementAndGet();
    closed.countDown();
    inUse.set(false);
  }

  private void enter() {
    if (!inUse.compareAndSet(false, true) || closings.get() > 0) {
      misused.set(true);
    }
  }
}
