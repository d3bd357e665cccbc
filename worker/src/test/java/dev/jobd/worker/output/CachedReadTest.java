package dev.jobd.worker.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jobd.worker.model.ReadRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads that must not wait for a disk, against the kernel's own memory of a real file. */
class CachedReadTest {
  private static final int CHUNK_BYTES = 64 << 10;
  private static final int CHUNKS = 4;

  /** Those on which preadv2(2) takes RWF_NOWAIT and whose pages can be dropped. */
  private static final Set<String> ON_DISK = Set.of("ext4", "xfs", "btrfs");

  @TempDir Path directory;

  @BeforeEach
  void write() throws IOException {
    JournalFiles files = JournalFiles.in(directory);
    for (int i = 0; i < CHUNKS; i++) {
      files.append(JournalFiles.OUT, "x".repeat(CHUNK_BYTES - 1) + "\n");
    }
  }

  private Follower follow() {
    return follow(CHUNK_BYTES);
  }

  private Follower follow(int chunkBytes) {
    return new Follower(directory, new JournalGrowth(), ReadRequest.ALL, chunkBytes, () -> {});
  }

  private void assumeOnDisk() throws IOException {
    String type = Files.getFileStore(directory).type();
    assumeTrue(ON_DISK.contains(type), "on " + type + " nobody knows what is in memory");
  }

  /** Has the kernel forget a file: posix_fadvise(2), POSIX_FADV_DONTNEED, once it is written. */
  private void forget(String name) throws Exception {
    Path file = directory.resolve(name);
    for (String step : new String[] {"conv=notrunc,fdatasync", "conv=notrunc"}) {
      Process dd =
          new ProcessBuilder("dd", "if=/dev/null", "of=" + file, step, "oflag=nocache", "count=0")
              .redirectErrorStream(true)
              .start();
      String said = new String(dd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(dd.waitFor()).as(said).isZero();
    }
  }

  private static int deliver(OutputEvent event) {
    return ((OutputEvent.Chunk) event).bytes().length;
  }

  @Test
  void theFirstLookIntoAJournalIsLeftToWhoMayWait() throws Exception {
    try (Follower follower = follow()) {
      assertThat(follower.pollCached()).isInstanceOf(OutputEvent.NotCached.class);
      assertThat(deliver(follower.poll())).isEqualTo(CHUNK_BYTES);
    }
  }

  @Test
  void whatIsInMemoryIsReadAtOnce() throws Exception {
    assumeOnDisk();
    try (Follower follower = follow()) {
      assertThat(deliver(follower.poll())).isEqualTo(CHUNK_BYTES);
      for (int i = 1; i < CHUNKS; i++) {
        assertThat(deliver(follower.pollCached())).isEqualTo(CHUNK_BYTES);
      }
      assertThat(follower.pollCached()).isInstanceOf(OutputEvent.Waiting.class);
    }
  }

  @Test
  void aChunkThatTakesSeveralReadsIsWhole() throws Exception {
    assumeOnDisk();
    int chunk = 3 * CHUNK_BYTES - 1000;
    byte[] output = Files.readAllBytes(directory.resolve("output"));
    try (Follower follower = follow(chunk)) {
      assertThat(((OutputEvent.Chunk) follower.poll()).bytes())
          .isEqualTo(Arrays.copyOf(output, chunk));
      assertThat(((OutputEvent.Chunk) follower.pollCached()).bytes())
          .isEqualTo(Arrays.copyOfRange(output, chunk, output.length));
    }
  }

  @Test
  void manyWhoReadAtOnceGetEachTheirOwn() throws Exception {
    int readers = 4 * Runtime.getRuntime().availableProcessors() + 1;
    List<Future<Boolean>> found = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(readers)) {
      for (int i = 0; i < readers; i++) {
        byte[] own = new byte[CHUNK_BYTES];
        Arrays.fill(own, (byte) i);
        Path path = Files.write(directory.resolve("own-" + i), own);
        found.add(threads.submit(() -> isReadAgainAndAgain(path, own)));
      }
    }
    for (Future<Boolean> each : found) {
      assertThat(each.get()).isTrue();
    }
  }

  private static boolean isReadAgainAndAgain(Path path, byte[] expected) throws IOException {
    try (PlainFile file = PlainFile.open(path)) {
      for (int i = 0; i < 2_000; i++) {
        ByteBuffer bytes = ByteBuffer.allocate(expected.length);
        if (file.read(bytes, 0) != expected.length || !Arrays.equals(bytes.array(), expected)) {
          return false;
        }
      }
    }
    return true;
  }

  @Test
  void whatIsOnTheDiskAloneIsNotWaitedForAndNothingOfItIsLost() throws Exception {
    assumeOnDisk();
    try (Follower follower = follow()) {
      assertThat(deliver(follower.poll())).isEqualTo(CHUNK_BYTES);
      forget("output");
      assertThat(follower.pollCached()).isInstanceOf(OutputEvent.NotCached.class);
      OutputEvent.Chunk second = (OutputEvent.Chunk) follower.poll();
      assertThat(second.offset()).isEqualTo(CHUNK_BYTES);
      assertThat(second.bytes()).hasSize(CHUNK_BYTES).endsWith('\n');
    }
  }

  @Test
  void anIndexThatIsOnTheDiskAloneIsNotWaitedForEither() throws Exception {
    assumeOnDisk();
    try (Follower follower = follow()) {
      for (int i = 0; i < CHUNKS; i++) {
        assertThat(deliver(follower.poll())).isEqualTo(CHUNK_BYTES);
      }
      JournalFiles.continueIn(directory, (long) CHUNKS * CHUNK_BYTES).append(JournalFiles.OUT, "y");
      forget("index");
      assertThat(follower.pollCached()).isInstanceOf(OutputEvent.NotCached.class);
      assertThat(Events.describe(follower.poll())).endsWith(":y");
    }
  }

  @Test
  void compressedOutputIsLeftToWhoMayTakeTheTime() throws Exception {
    Path compressed = JournalForm.COMPRESSED.of(directory);
    try (Follower follower =
        new Follower(compressed, new JournalGrowth(), ReadRequest.ALL, CHUNK_BYTES, () -> {})) {
      assertThat(deliver(follower.poll())).isEqualTo(CHUNK_BYTES);
      assertThat(follower.pollCached()).isInstanceOf(OutputEvent.NotCached.class);
      assertThat(deliver(follower.poll())).isEqualTo(CHUNK_BYTES);
    }
  }
}
