package dev.jobd.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.OutputStreamKind;
import dev.jobd.worker.model.ReadRequest;
import dev.jobd.worker.output.CompressedDraft;
import dev.jobd.worker.output.Follower;
import dev.jobd.worker.output.JournalPart;
import dev.jobd.worker.output.OutputEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The output of real jobs, read while it is compressed and after. */
@Tag("host-only")
class CompressedOutputTest {
  private static final Retention PLAIN = Retention.DEFAULT.withCompressAfter(null);
  private static final Retention COMPRESSED = Retention.DEFAULT.withCompressAfter(Duration.ZERO);
  private static final int READERS = 3;
  private static final int BOUND_SECONDS = 120;

  /** Long stretches of two streams, and many short writes that take turns. */
  private static final String PRINT =
      "seq 1 2500000; seq 1 1000000 >&2;"
          + " i=0; while [ $i -lt 20000 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done";

  private TestWorker test;
  private Job job;

  @BeforeEach
  void print() throws Exception {
    test = TestWorker.open();
    test.retain(PLAIN);
    test.restart();
    job = test.sh(PRINT);
    job.await();
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  /** A way to read, and what it gives: every event with its bytes, place and times. */
  private record Reading(ReadRequest request, String events) {
    static Reading of(Job job, ReadRequest request) throws Exception {
      return new Reading(request, events(job.follow(request)));
    }

    void assertSame(Job job) throws Exception {
      assertThat(events(job.follow(request))).as("%s", request).isEqualTo(events);
    }

    private static String events(Follower toClose) throws Exception {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (Follower follower = toClose) {
        OutputEvent event;
        do {
          event = follower.take();
          digest(event, digest);
        } while (!(event instanceof OutputEvent.End));
      }
      return HexFormat.of().formatHex(digest.digest());
    }
  }

  private static void digest(OutputEvent event, MessageDigest digest) {
    if (event instanceof OutputEvent.Chunk chunk) {
      digest.update((chunk.stream() + " " + chunk.offset() + " " + chunk.reads()).getBytes(UTF_8));
      digest.update(chunk.bytes());
    } else {
      digest.update(event.toString().getBytes(UTF_8));
    }
  }

  private List<Reading> readings() throws Exception {
    long size = job.record().output().kept();
    Instant begin = firstChunk(ReadRequest.ALL).time();
    Instant late = firstChunk(ReadRequest.ALL.withOffset(size * 19 / 20)).time();
    Instant middle = begin.plus(Duration.between(begin, late).dividedBy(2));
    List<ReadRequest> requests = new ArrayList<>();
    for (ReadRequest whole :
        List.of(
            ReadRequest.ALL,
            ReadRequest.ALL.withFollow(false),
            ReadRequest.ALL.withStreams(Set.of(OutputStreamKind.STDERR)),
            ReadRequest.ALL.withStreams(Set.of(OutputStreamKind.STDOUT)))) {
      requests.add(whole);
      requests.add(whole.withSince(middle));
      requests.add(whole.withUntil(middle));
      requests.add(whole.withSince(middle).withUntil(late));
      requests.add(whole.withTailLines(1L));
      requests.add(whole.withTailLines(10_000L));
      requests.add(whole.withUntil(late).withTailLines(1_000_000L));
      Random random = new Random(7);
      for (int i = 0; i < 4; i++) {
        requests.add(whole.withOffset(random.nextLong(size)));
      }
    }
    List<Reading> readings = new ArrayList<>();
    for (ReadRequest request : requests) {
      readings.add(Reading.of(job, request));
    }
    return readings;
  }

  private OutputEvent.Chunk firstChunk(ReadRequest request) throws Exception {
    try (Follower follower = job.follow(request)) {
      return (OutputEvent.Chunk) follower.take();
    }
  }

  private void awaitCompression() throws IOException, InterruptedException {
    Directories.awaitRemovals(
        job.directory(), names -> !names.contains("output") && !names.contains("index"));
  }

  @Test
  void everyReadIsTheSameBeforeMeanwhileAndAfter() throws Exception {
    List<Reading> readings = readings();
    long plainBytes = bytes();
    try (Follower early = job.follow(ReadRequest.ALL);
        ExecutorService threads = Executors.newFixedThreadPool(READERS)) {
      early.take();
      AtomicBoolean compressed = new AtomicBoolean();
      test.retain(COMPRESSED);
      test.restart();
      Job again = test.worker().find(job.id()).orElseThrow();
      List<Future<Integer>> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        readers.add(threads.submit(reader(again, readings, i, compressed)));
      }
      awaitCompression();
      compressed.set(true);
      int reads = 0;
      for (Future<Integer> reader : readers) {
        reads += reader.get(BOUND_SECONDS, TimeUnit.SECONDS);
      }
      assertThat(readToEnd(early)).isEqualTo(job.record().output().kept());
      assertThat(bytes()).isLessThan(plainBytes / 3);
      System.out.printf(
          "compressed output: %d bytes in place of %d, %.1f times less; %d reads meanwhile, all the"
              + " same%n",
          bytes(), plainBytes, (double) plainBytes / bytes(), reads);
    }
    for (Reading reading : readings) {
      reading.assertSame(test.worker().find(job.id()).orElseThrow());
    }
  }

  /** Reads in every way until all is compressed; tells how often. */
  private static Callable<Integer> reader(
      Job job, List<Reading> readings, int first, AtomicBoolean compressed) {
    return () -> {
      int reads = 0;
      while (!compressed.get()) {
        readings.get((first + reads * READERS) % readings.size()).assertSame(job);
        reads++;
      }
      return reads;
    };
  }

  private static long readToEnd(Follower follower) throws Exception {
    while (true) {
      if (follower.take() instanceof OutputEvent.End(long offset)) {
        return offset;
      }
    }
  }

  private long bytes() throws IOException {
    long bytes = 0;
    for (JournalPart part : JournalPart.values()) {
      for (Path file : List.of(part.plain(job.directory()), part.compressed(job.directory()))) {
        bytes += Files.exists(file) ? Files.size(file) : 0;
      }
    }
    return bytes;
  }

  @Test
  void aReaderHoldsABlockOfEachFileAndNoMore() throws Exception {
    test.retain(COMPRESSED);
    test.restart();
    awaitCompression();
    int count = 200;
    long size = job.record().output().kept();
    Job again = test.worker().find(job.id()).orElseThrow();
    List<Follower> followers = new ArrayList<>();
    long before = used();
    for (int i = 0; i < count; i++) {
      Follower follower =
          again.follow(ReadRequest.ALL.withOffset(size * i / count).withTailLines(1000L));
      follower.take();
      follower.take();
      followers.add(follower);
    }
    long each = (used() - before) / count;
    for (Follower follower : followers) {
      follower.close();
    }
    System.out.printf("memory of a reader of compressed output at rest: %d KiB%n", each >> 10);
    assertThat(each).isLessThan(256 << 10);
  }

  private static long used() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  @Test
  void aBlockThatIsDamagedCostsWhoReadsItAndNobodyElse() throws Exception {
    Job other = test.sh("seq 1 100000");
    other.await();
    String whole = TestWorker.text(other);
    test.retain(COMPRESSED);
    test.restart();
    awaitCompression();
    Path file = JournalPart.OUTPUT.compressed(job.directory());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[100]), channel.size() / 2);
    }

    Job again = test.worker().find(job.id()).orElseThrow();
    assertThatThrownBy(() -> TestWorker.output(again))
        .isInstanceOf(IOException.class)
        .hasMessageMatching(
            "journal .*%s is damaged: block \\d+ of output.gz, from offset \\d+ on: .*"
                .formatted(job.id()));
    try (Follower follower = again.follow(ReadRequest.ALL.withTailLines(10L))) {
      readToEnd(follower);
    }
    Job unharmed = test.worker().find(other.id()).orElseThrow();
    assertThat(TestWorker.text(unharmed)).isEqualTo(whole);
  }

  @Test
  void sayHowFastThatIs() throws Exception {
    Path copy = Files.createDirectory(test.directory().resolve("copy"));
    for (JournalPart part : JournalPart.values()) {
      Path plain = part.plain(copy);
      Files.copy(part.plain(job.directory()), plain);
      long bytes = Files.size(plain);
      long begin = System.nanoTime();
      try (CompressedDraft draft = CompressedDraft.begin(copy, part)) {
        if (draft == null) {
          continue; // The slower the shim, the fewer the records: too few may be there.
        }
        boolean more = true;
        while (more) {
          more = draft.step();
        }
        draft.name();
        draft.removePlain();
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      System.out.printf(
          "compress %s: %d bytes in %.2f s, %.0f MB/s, to %.1f %%%n",
          plain.getFileName(),
          bytes,
          seconds,
          bytes / seconds / 1e6,
          100.0 * Files.size(part.compressed(copy)) / bytes);
    }
  }
}
