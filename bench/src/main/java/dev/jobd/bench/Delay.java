package dev.jobd.bench;

import com.google.protobuf.Timestamp;
import dev.jobd.api.v1.StreamOutputResponse;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * How long it takes from a job's write to the client's read, where the followers wait for it. Each
 * has a connection of its own, as {@code jobctl} has. The job says when it writes; job, shim and
 * clients read the same clock.
 */
final class Delay {
  private Delay() {}

  /**
   * @param followers of one job
   * @param warmUpLines before those that are measured
   * @param pauseSeconds between two lines: long enough for all to have read the one before
   */
  private record Setting(int followers, int warmUpLines, int lines, double pauseSeconds) {}

  private static final List<Setting> SETTINGS =
      List.of(
          new Setting(1, 500, 1000, 0.005),
          new Setting(100, 20, 100, 0.1),
          new Setting(1000, 10, 30, 0.5));

  static void measure(Path dist) throws Exception {
    Table table =
        new Table("followers", "write -> client ms", "p99", "of it until the shim read", "p99");
    try (TemporaryDirectory directory = TemporaryDirectory.onDisk();
        Jobd jobd = Jobd.start(dist, directory.path(), Followers.CONFIGURATION)) {
      for (Setting setting : SETTINGS) {
        measure(jobd, directory.path(), setting, table);
      }
    }
    System.out.printf("Delay of a line, medians%n%n%s%n", table);
  }

  private static void measure(Jobd jobd, Path directory, Setting setting, Table table)
      throws Exception {
    Path begin = directory.resolve("begin" + setting.followers);
    if (new ProcessBuilder("mkfifo", begin.toString()).start().waitFor() != 0) {
      throw new IOException("cannot make the FIFO " + begin);
    }
    String job =
        jobd.startJob(
            "perl",
            "-e",
            String.format(
                "use Time::HiRes qw(clock_gettime CLOCK_REALTIME sleep); $| = 1;"
                    + "open(my $b, '<', '%s'); for (1..%d)"
                    + " { sleep(%f); printf \"%%.0f\\n\", 1e9 * clock_gettime(CLOCK_REALTIME) }",
                begin, setting.warmUpLines + setting.lines, setting.pauseSeconds));
    List<ManagedChannel> channels = new ArrayList<>();
    Samples toClient = new Samples();
    Samples toShim = new Samples();
    try {
      List<Reader> readers = new ArrayList<>();
      for (int i = 0; i < setting.followers; i++) {
        ManagedChannel channel = jobd.connect();
        channels.add(channel);
        readers.add(new Reader(setting.warmUpLines));
        new FollowCall(channel, job, readers.getLast()).start().join();
      }
      Files.newOutputStream(begin).close(); // which lets the job begin
      for (Reader reader : readers) {
        reader.end.await();
        reader.toClient.forEach(toClient::add);
        reader.toShim.forEach(toShim::add);
      }
    } finally {
      channels.forEach(ManagedChannel::shutdownNow);
    }
    table.row(
        Integer.toString(setting.followers),
        "%.2f".formatted(toClient.medianMillis()),
        "%.2f".formatted(toClient.percentileMillis(99)),
        "%.2f".formatted(toShim.medianMillis()),
        "%.2f".formatted(toShim.percentileMillis(99)));
  }

  /** What one follower saw; written by one thread of the network, read when it is over. */
  private static final class Reader implements FollowCall.Frames {
    private final List<Long> toClient = new ArrayList<>();
    private final List<Long> toShim = new ArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private int linesToPass;

    Reader(int linesToPass) {
      this.linesToPass = linesToPass;
    }

    @Override
    public void frame(StreamOutputResponse frame) {
      long now = nanos(Instant.now());
      if (frame.hasChunk() && linesToPass-- <= 0) {
        String line = frame.getChunk().getData().toString(StandardCharsets.US_ASCII).strip();
        long written = Long.parseLong(line.substring(line.lastIndexOf('\n') + 1));
        Timestamp read = frame.getChunk().getTime();
        toClient.add(now - written);
        toShim.add(read.getSeconds() * 1_000_000_000 + read.getNanos() - written);
      }
    }

    @Override
    public void over() {
      end.countDown();
    }
  }

  private static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000 + time.getNano();
  }
}
