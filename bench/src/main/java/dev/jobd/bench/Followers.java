package dev.jobd.bench;

import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.StreamOutputRequest;
import dev.jobd.api.v1.StreamOutputResponse;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** What followers cost the server while they wait, and while they do not read. */
final class Followers {
  /** Room for all that are measured here, beyond what a server gives by default. */
  static final String CONFIGURATION =
      "capacity: {connections: 12000, output_streams: 12000, output_streams_per_user: 12000}";

  /** At most: as many as the server has descriptors for. */
  private static final int IDLE = 10_000;

  private static final int DESCRIPTORS_EACH = 2;
  private static final int OTHER_DESCRIPTORS = 500;
  private static final int STREAMS_PER_CONNECTION = 100;
  private static final int IDLE_ALONE = 1_000;
  private static final int STALLED = 1_000;

  private final Jobd jobd;
  private final String job;

  private Followers(Jobd jobd, String job) {
    this.jobd = jobd;
    this.job = job;
  }

  /** What is open, and how it is closed. */
  @FunctionalInterface
  private interface Open extends AutoCloseable {
    @Override
    void close() throws IOException;
  }

  /** Makes so many followers; they have all that they take when this returns. */
  @FunctionalInterface
  private interface Opener {
    Open open(Followers followers, int count) throws Exception;
  }

  static void measure(Path dist, int rounds) throws Exception {
    Table table =
        new Table(
            "followers, and their connections",
            "server KiB each",
            "kernel KiB each",
            "both",
            "descriptors each",
            "threads");
    List<String> silent = List.of("sleep", "10000");
    List<String> loud = List.of("head", "-c", "64M", "/dev/zero");
    measure(dist, silent, table, "idle, 100 on each connection", IDLE, Followers::idleTogether);
    measure(dist, silent, table, "idle, one on each", IDLE_ALONE, Followers::idleAlone);
    measure(dist, loud, table, "that read nothing, one on each", STALLED, Followers::stalled);
    System.out.printf("What a follower costs the server%n%n%s%n", table);
    SlowFollower.measure(dist, rounds);
  }

  /**
   * In a server of its own, so that nothing is left from before. What the second half adds to the
   * first: pools and classes are there by then.
   */
  private static void measure(
      Path dist, List<String> command, Table table, String what, int most, Opener opener)
      throws Exception {
    try (TemporaryDirectory directory = TemporaryDirectory.onDisk();
        Jobd jobd = Jobd.start(dist, directory.path(), CONFIGURATION)) {
      String job = jobd.startJob(command.toArray(String[]::new));
      Followers followers = new Followers(jobd, job);
      long room = (ServerCost.maxDescriptors(jobd) - OTHER_DESCRIPTORS) / DESCRIPTORS_EACH;
      int count = (int) Math.min(most, room);
      int half = Math.ceilDiv(count, 2);
      try (Open _ = opener.open(followers, half)) {
        ServerCost before = ServerCost.of(jobd);
        try (Open _ = opener.open(followers, half)) {
          row(table, "%,d %s".formatted(2 * half, what), before, ServerCost.of(jobd), half);
        }
      }
      jobd.stop(job);
    }
  }

  private Open idleTogether(int count) {
    return idle(count, STREAMS_PER_CONNECTION);
  }

  private Open idleAlone(int count) {
    return idle(count, 1);
  }

  private Open idle(int count, int perConnection) {
    List<ManagedChannel> channels = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (i % perConnection == 0) {
        channels.add(jobd.connect());
      }
      // One after the other: a user has few calls at one time that are not followed yet.
      new FollowCall(channels.getLast(), job, new Nobody(new CountDownLatch(1))).start().join();
    }
    return () -> channels.forEach(ManagedChannel::shutdownNow);
  }

  /** Clients that give all credit that HTTP/2 knows, and then read nothing from their sockets. */
  private Open stalled(int count) throws IOException, InterruptedException {
    byte[] request =
        GrpcRequest.bytes(
            JobServiceGrpc.getStreamOutputMethod(),
            StreamOutputRequest.newBuilder().setJob(job).setFollow(true).build());
    List<TlsSink> sinks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sinks.add(TlsSink.connect(jobd.address(), jobd.tls()));
      sinks.getLast().send(request);
    }
    followToTheEnd();
    return () -> {
      for (TlsSink sink : sinks) {
        sink.close();
      }
    };
  }

  /** By the time that one has all, the others have what they take. */
  private void followToTheEnd() throws InterruptedException {
    ManagedChannel channel = jobd.connect();
    CountDownLatch over = new CountDownLatch(1);
    new FollowCall(channel, job, new Nobody(over)).start().join();
    over.await();
    channel.shutdownNow();
  }

  private static void row(
      Table table, String name, ServerCost before, ServerCost after, int count) {
    double process = (after.processBytes() - before.processBytes()) / 1024.0 / count;
    double kernel = (after.kernelBytes() - before.kernelBytes()) / 1024.0 / count;
    table.row(
        name,
        "%.1f".formatted(process),
        "%.1f".formatted(kernel),
        "%.1f".formatted(process + kernel),
        "%.2f".formatted((double) (after.descriptors() - before.descriptors()) / count),
        "%d -> %d".formatted(before.threads(), after.threads()));
  }

  /** Reads, and does nothing with it. */
  private record Nobody(CountDownLatch end) implements FollowCall.Frames {
    @Override
    public void frame(StreamOutputResponse frame) {}

    @Override
    public void over() {
      end.countDown();
    }
  }
}
