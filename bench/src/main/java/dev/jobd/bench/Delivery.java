package dev.jobd.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How fast a job's output comes to those who follow it, beside a bare sender of the same file. */
final class Delivery {
  private static final int[] FOLLOWERS = {1, 8, 64};
  private static final int MOST_FOLLOWERS = 64;
  private static final int WARM_UP_ROUNDS = 3;
  private static final int SCRATCH_BYTES = 256 << 10;

  /** A user has room for 64 calls at one time that are not answered yet. */
  private static final int ASKING = 48;

  /** More than what a server says on its own, tickets and settings; who has so much is answered. */
  private static final int ANSWERED_BYTES = 16 << 10;

  private Delivery() {}

  /**
   * @param mebibytes of output; all followers together get twice as much, a single one once
   */
  static void measure(Path dist, int rounds, int mebibytes) throws Exception {
    try (TemporaryDirectory directory = TemporaryDirectory.onDisk();
        Jobd jobd = Jobd.start(dist, directory.path(), "")) {
      String job = jobd.startJob("head", "-c", mebibytes + "M", "/dev/zero");
      jobd.await(job);
      Path output = jobd.directory(job).resolve("output");
      try (Sender openssl = new OpensslSender(jobd.pki(), jobd.tls(), output, MOST_FOLLOWERS);
          Sender sender = new JobdSender(jobd, job)) {
        System.out.printf(
            "Delivery of %d MiB over TLS 1.3, AES-256-GCM, certificates on both sides; %d"
                + " rounds%n%n",
            mebibytes, rounds);
        System.out.printf("%s%n", compare(openssl, sender, rounds, mebibytes));
      }
    }
  }

  private static Table compare(Sender openssl, Sender jobd, int rounds, int mebibytes)
      throws IOException {
    Table table =
        new Table("contestant", "followers", "MiB/s", "slowest", "ratio", "its CPU s per GB");
    for (int followers : FOLLOWERS) {
      long each = ((long) mebibytes << 20) * (followers == 1 ? 1 : 2) / followers;
      Measured byOpenssl = new Measured();
      Measured byJobd = new Measured();
      for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
        byOpenssl.add(openssl, followers, each, round >= 0);
        byJobd.add(jobd, followers, each, round >= 0);
      }
      row(table, openssl, followers, each, byOpenssl, byOpenssl);
      row(table, jobd, followers, each, byJobd, byOpenssl);
    }
    return table;
  }

  private static void row(
      Table table, Sender sender, int followers, long each, Measured measured, Measured first) {
    double bytes = (double) each * followers;
    table.row(
        sender.name(),
        Integer.toString(followers),
        "%,.0f".formatted(bytes / (1 << 20) / measured.times.medianMillis() * 1e3),
        "%,.0f".formatted(bytes / (1 << 20) / measured.times.percentileMillis(100) * 1e3),
        "%.2fx".formatted(first.times.medianMillis() / measured.times.medianMillis()),
        "%.2f".formatted(measured.cpu.medianMillis() / 1e3 / (bytes / 1e9)));
  }

  private record Measured(Samples times, Samples cpu) {
    Measured() {
      this(new Samples(), new Samples());
    }

    void add(Sender sender, int followers, long each, boolean counts) throws IOException {
      Duration before = sender.cpu();
      long nanos = deliver(sender, followers, each);
      long cpuNanos = sender.cpu().minus(before).toNanos();
      if (counts) {
        times.add(nanos);
        cpu.add(cpuNanos);
      }
    }
  }

  /** From the moment in which all have asked until the last has got so many bytes. */
  static long deliver(Sender sender, int followers, long each) throws IOException {
    List<TlsSink> sinks = new ArrayList<>();
    try (Selector selector = Selector.open()) {
      for (int i = 0; i < followers; i++) {
        sinks.add(sender.connect(i));
      }
      ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES);
      long start = System.nanoTime();
      for (int i = 0; i < followers; i++) {
        if (i >= ASKING) {
          sinks.get(i - ASKING).receive(scratch, ANSWERED_BYTES);
        }
        sinks.get(i).send(sender.request());
      }
      for (TlsSink sink : sinks) {
        sink.channel().configureBlocking(false);
        sink.channel().register(selector, SelectionKey.OP_READ, sink);
      }
      int left = followers;
      while (left > 0) {
        selector.select();
        for (SelectionKey key : selector.selectedKeys()) {
          TlsSink sink = (TlsSink) key.attachment();
          sink.receive(scratch);
          if (sink.received() >= each) {
            key.cancel();
            left--;
          }
        }
        selector.selectedKeys().clear();
      }
      return System.nanoTime() - start;
    } finally {
      for (TlsSink sink : sinks) {
        sink.close();
      }
    }
  }
}
