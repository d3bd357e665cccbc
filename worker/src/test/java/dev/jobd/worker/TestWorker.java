package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobQuery.Phase;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.OutputStreamKind;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.ReadRequest;
import dev.jobd.worker.output.Follower;
import dev.jobd.worker.output.OutputEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * A worker on a directory of its own, with the real shim and the real kernel; stops what still runs
 * and removes everything at its end.
 */
final class TestWorker implements AutoCloseable {
  static final Owner ALICE = new Owner("alice");
  static final Path SHIM = Path.of("../shim/build/jobd-shim").toAbsolutePath().normalize();

  private static final Limits STANDARD = new Limits(100L, 64L << 20, 64L, null, 10_000L);
  private static final int MOST_PAGES = 100;
  private static final JobQuery LIVE =
      new JobQuery(
          null,
          null,
          null,
          EnumSet.of(Phase.STARTING, Phase.RUNNING, Phase.STOPPING),
          Map.of(),
          JobQuery.MAX_PAGE_SIZE,
          null);

  private final Path directory;
  private final List<Gate> gates = new ArrayList<>();
  private Retention retention = Retention.DEFAULT;
  private Worker worker;

  private TestWorker(Path directory) throws IOException {
    this.directory = directory;
    this.worker = Worker.open(config());
  }

  static TestWorker open() throws IOException {
    Path directory = Files.createTempDirectory("jobd-test");
    try {
      return new TestWorker(directory);
    } catch (IOException e) {
      StateDirectory.removeTree(directory);
      throw e;
    }
  }

  WorkerConfig config() {
    return WorkerConfig.of(directory, SHIM).withRetention(retention);
  }

  /** From the next restart on, ended jobs are kept for so long. */
  void retain(Retention value) {
    retention = value;
  }

  Worker worker() {
    return worker;
  }

  Path directory() {
    return directory;
  }

  /** Where a job can wait; closed when all are stopped. */
  Gate gate() throws IOException, InterruptedException {
    gates.add(Gate.create(directory.resolve("gate" + gates.size())));
    return gates.getLast();
  }

  /** As a server that ends and is started again. */
  void restart() throws Exception {
    restart(() -> {});
  }

  /** The same, with something that happens while it is away. */
  void restart(Meanwhile meanwhile) throws Exception {
    worker.close();
    meanwhile.happens();
    worker = Worker.open(config());
  }

  /** The same, with another configuration from then on. */
  void restart(UnaryOperator<WorkerConfig> change) throws IOException {
    worker.close();
    worker = Worker.open(change.apply(config()));
  }

  /** The same, with quotas from then on, and defaults for the limits that they count. */
  void restart(Quotas quotas) throws IOException {
    restart(config -> config.withLimits(LimitPolicy.of(STANDARD, Limits.NONE, quotas)));
  }

  /** What happens while no worker is there. */
  interface Meanwhile {
    void happens() throws Exception;
  }

  Job start(String... argv) throws IOException, LaunchException {
    return worker.start(ALICE, JobSpec.of(argv));
  }

  Job sh(String script) throws IOException, LaunchException {
    return start("sh", "-c", script);
  }

  Job start(JobSpec.Builder spec) throws IOException, LaunchException {
    return worker.start(ALICE, spec.build());
  }

  static JobSpec.Builder shell(String script) {
    return JobSpec.builder(List.of("sh", "-c", script));
  }

  /** A job's whole output of some streams, read until its end. */
  static byte[] output(Job job, OutputStreamKind... streams)
      throws IOException, InterruptedException {
    EnumSet<OutputStreamKind> wanted =
        streams.length == 0
            ? EnumSet.allOf(OutputStreamKind.class)
            : EnumSet.copyOf(List.of(streams));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Follower follower = job.follow(ReadRequest.ALL.withStreams(wanted))) {
      while (true) {
        switch (follower.take()) {
          case OutputEvent.Chunk chunk -> bytes.writeBytes(chunk.bytes());
          case OutputEvent.Start start -> {}
          case OutputEvent.Gap gap -> {}
          case OutputEvent.End end -> {
            return bytes.toByteArray();
          }
          case OutputEvent.Pending pending -> throw new AssertionError("take() answered Pending");
        }
      }
    }
  }

  static String text(Job job, OutputStreamKind... streams)
      throws IOException, InterruptedException {
    return new String(output(job, streams), StandardCharsets.UTF_8);
  }

  /**
   * Waits until it is on record that {@code job}, the newest, runs. That is a moment after it is
   * told: in the meantime, the next worker has it from the shim alone.
   */
  void awaitStartRecorded(Job job) throws IOException {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    JobRecord record;
    do {
      assertThat(System.nanoTime()).as("the end of the wait for it").isLessThan(end);
      record = worker.list(JobQuery.ALL).items().getFirst();
      assertThat(record.id()).isEqualTo(job.id());
    } while (record.state() instanceof JobState.Starting);
    assertThat(record.state()).isInstanceOf(JobState.Running.class);
  }

  /** Waits until a job has printed something, and answers its first chunk as text. */
  static String firstOutput(Job job) throws IOException, InterruptedException {
    try (Follower follower = job.follow(ReadRequest.ALL)) {
      return follower.take() instanceof OutputEvent.Chunk chunk
          ? new String(chunk.bytes(), StandardCharsets.UTF_8)
          : "";
    }
  }

  @Override
  public void close() throws IOException {
    List<JobRecord> live = worker.list(LIVE).items();
    for (int page = 0; page < MOST_PAGES && !live.isEmpty(); page++) { // fewer of large records
      for (JobRecord record : live) {
        var job = worker.find(record.id());
        if (job.isPresent()) {
          job.get().stop(StopRequest.kill("test"));
          job.get().ended().toCompletableFuture().join();
        }
      }
      live = worker.list(LIVE).items();
    }
    for (Gate gate : gates) {
      gate.close();
    }
    worker.close();
    StateDirectory.removeTree(directory);
  }
}
