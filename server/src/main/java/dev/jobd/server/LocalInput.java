package dev.jobd.server;

import dev.jobd.worker.InputSender;
import dev.jobd.worker.InputState;
import dev.jobd.worker.Job;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.Semaphore;

/** Sends what this process reads to a job's stdin, a piece when the one before is taken. */
final class LocalInput {
  private final InputStream stdin;
  private final Semaphore changes = new Semaphore(0);
  private final InputSender sender;

  /**
   * @throws IOException where the job cannot be told
   */
  LocalInput(Job job, InputStream stdin) throws IOException {
    this.stdin = stdin;
    this.sender = job.sendInput(changes::release);
  }

  /** Sends all, or what the job takes; returns then. */
  void send() throws IOException, InterruptedException {
    byte[] buffer = new byte[InputSender.MAX_BYTES];
    for (int got = stdin.read(buffer); got >= 0 && isReady(); got = stdin.read(buffer)) {
      sender.send(ByteBuffer.wrap(Arrays.copyOf(buffer, got)));
    }
    if (isReady()) {
      sender.end();
    }
  }

  /** Waits until more can be sent; not where the job takes no more. */
  private boolean isReady() throws InterruptedException {
    while (true) {
      switch (sender.state()) {
        case InputState.Ready _ -> {
          return true;
        }
        case InputState.Waiting _ -> changes.acquire();
        case InputState.Over _, InputState.Replaced _ -> {
          return false;
        }
      }
    }
  }
}
