package dev.jobd.bench;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A follower that takes a byte a second from its connection, and what it costs those beside it. */
final class SlowFollower implements Closeable {
  private static final int OTHERS = 99;
  private static final long BYTES_EACH = 4 << 20;

  /** More than what the kernel takes for one that does not read. */
  private static final long OUTPUT_BYTES = 64 << 20;

  private static final int WARM_UP_ROUNDS = 3;

  private final TlsSink sink;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

  private SlowFollower(TlsSink sink) {
    this.sink = sink;
  }

  /** Returns when it has its first byte. */
  private static SlowFollower follow(Sender sender) throws IOException {
    SlowFollower slow = new SlowFollower(sender.connect(OTHERS));
    slow.sink.send(sender.request());
    ByteBuffer one = ByteBuffer.allocate(1);
    slow.sink.receive(one);
    Future<?> _ = slow.clock.scheduleAtFixedRate(() -> slow.take(one), 1, 1, TimeUnit.SECONDS);
    return slow;
  }

  private void take(ByteBuffer one) {
    try {
      sink.receive(one);
    } catch (IOException e) {
      clock.shutdown(); // its connection is closed
    }
  }

  /** Rounds without it and with it, in turns. */
  static void measure(Path dist, int rounds) throws Exception {
    try (TemporaryDirectory directory = TemporaryDirectory.onDisk();
        Jobd jobd = Jobd.start(dist, directory.path(), "")) {
      String job = jobd.startJob("head", "-c", Long.toString(OUTPUT_BYTES), "/dev/zero");
      jobd.await(job);
      Sender sender = new JobdSender(jobd, job);
      Samples without = new Samples();
      Samples with = new Samples();
      for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
        long alone = settledDelivery(sender);
        long beside;
        try (SlowFollower _ = follow(sender)) {
          beside = settledDelivery(sender);
        }
        if (round >= 0) {
          without.add(alone);
          with.add(beside);
        }
      }
      System.out.printf(
          "What one that takes a byte a second costs %d others, of %d MiB each; %d rounds%n%n%s%n",
          OTHERS, BYTES_EACH >> 20, rounds, table(without, with));
    }
  }

  /** The second of two: during the first, who came has what it takes, and who left is gone. */
  private static long settledDelivery(Sender sender) throws IOException {
    long _ = Delivery.deliver(sender, OTHERS, BYTES_EACH);
    return Delivery.deliver(sender, OTHERS, BYTES_EACH);
  }

  private static Table table(Samples without, Samples with) {
    Table table = new Table("until all of them have all", "ms", "ratio");
    row(table, "without it", without, without);
    row(table, "with it", with, without);
    return table;
  }

  private static void row(Table table, String what, Samples times, Samples first) {
    table.row(
        what,
        "%.0f".formatted(times.medianMillis()),
        "%.3fx".formatted(times.medianMillis() / first.medianMillis()));
  }

  @Override
  public void close() throws IOException {
    clock.shutdownNow();
    sink.close();
  }
}
