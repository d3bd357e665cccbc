package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Sends input to a job and waits for what becomes of it. */
final class Feeder {
  private static final int BOUND_SECONDS = 60;

  private final Semaphore changes = new Semaphore(0);
  final InputSender sender;

  Feeder(Job job) throws IOException {
    sender = job.sendInput(changes::release);
  }

  static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31 + (i >> 8) + (i >> 16));
    }
    return bytes;
  }

  /** Waits until it is known what can be done. */
  InputState settled() throws InterruptedException {
    InputState state = sender.state();
    while (state instanceof InputState.Waiting) {
      assertThat(changes.tryAcquire(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
      state = sender.state();
    }
    return state;
  }

  /** Waits until no more is taken. */
  InputState over() throws InterruptedException {
    InputState state = sender.state();
    while (!(state instanceof InputState.Over)) {
      assertThat(changes.tryAcquire(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
      state = sender.state();
    }
    return state;
  }

  long offset() throws InterruptedException {
    return settled() instanceof InputState.Ready(long offset) ? offset : -1;
  }

  /** Sends a piece, which need not be taken when this returns. */
  void send(byte[] input, int from, int length) throws IOException, InterruptedException {
    assertThat(offset()).isEqualTo(from);
    sender.send(ByteBuffer.wrap(input, from, length).slice());
  }

  /** Sends {@code input} from where it stands up to {@code to}; all of that is taken then. */
  void feed(byte[] input, int to) throws IOException, InterruptedException {
    for (int at = (int) offset(); at < to; at = (int) offset()) {
      send(input, at, Math.min(InputSender.MAX_BYTES, to - at));
    }
    assertThat(offset()).isEqualTo(to);
  }

  InputState end() throws IOException, InterruptedException {
    sender.end();
    return settled();
  }
}
