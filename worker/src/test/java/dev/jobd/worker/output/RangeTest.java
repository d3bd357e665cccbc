package dev.jobd.worker.output;

import static dev.jobd.worker.output.JournalFiles.ERR;
import static dev.jobd.worker.output.JournalFiles.OUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.OutputStreamKind;
import dev.jobd.worker.model.ReadRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Which part of a journal a reader gets, and in which pieces. */
@ParameterizedClass
@EnumSource
class RangeTest {
  private static final ReadRequest SO_FAR = ReadRequest.ALL.withFollow(false);

  private final JournalForm form;
  @TempDir Path directory;
  private final JournalGrowth growth = new JournalGrowth();
  private JournalFiles files;

  RangeTest(JournalForm form) {
    this.form = form;
  }

  @BeforeEach
  void make() throws IOException {
    files = JournalFiles.in(directory);
  }

  private Follower read(ReadRequest request) throws IOException {
    return new Follower(form.of(directory), growth, request, 1000, () -> {});
  }

  private List<String> all(ReadRequest request) throws IOException {
    try (Follower follower = read(request)) {
      return Events.drain(follower);
    }
  }

  private static Instant at(long nanos) {
    return Instant.ofEpochSecond(0, nanos);
  }

  @Test
  void manyShortWritesOfOneStreamAreOneChunkThatTellsTheTimeOfEach() throws Exception {
    files.append(OUT, "a\n", 1);
    files.append(OUT, "bc\n", 2);
    files.append(OUT, "d", 2);
    files.append(OUT, "e\n", 3);
    files.append(ERR, "f", 4);
    try (Follower follower = read(ReadRequest.ALL)) {
      assertThat(follower.poll())
          .isInstanceOfSatisfying(
              OutputEvent.Chunk.class,
              chunk -> {
                assertThat(new String(chunk.bytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("a\nbc\nde\n");
                assertThat(chunk.time()).isEqualTo(at(1));
                assertThat(chunk.reads())
                    .containsExactly(
                        new OutputEvent.Read(0, at(1)),
                        new OutputEvent.Read(2, at(2)),
                        new OutputEvent.Read(6, at(3)));
              });
      assertThat(Events.drain(follower)).containsExactly("STDERR@8:f", "pending");
    }
  }

  @Test
  void aChunkThatBeginsWithinAWriteTellsItsTimeFirst() throws Exception {
    files.append(OUT, "abc", 1);
    files.append(OUT, "def", 2);
    try (Follower follower = read(SO_FAR.withOffset(1))) {
      assertThat(follower.poll())
          .isInstanceOfSatisfying(
              OutputEvent.Chunk.class,
              chunk ->
                  assertThat(chunk.reads())
                      .containsExactly(
                          new OutputEvent.Read(0, at(1)), new OutputEvent.Read(2, at(2))));
    }
  }

  @Test
  void chunksAreBoundedInBytesAndInReads() throws Exception {
    int writes = 3 * JournalReader.MAX_READS_PER_CHUNK + 7;
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < writes; i++) {
      String text = i % 10 + "\n";
      expected.append(text);
      files.append(OUT, text);
    }
    StringBuilder read = new StringBuilder();
    int chunks = 0;
    try (Follower follower = new Follower(form.of(directory), growth, SO_FAR, 1 << 20, () -> {})) {
      while (follower.poll() instanceof OutputEvent.Chunk chunk) {
        assertThat(chunk.reads()).hasSizeLessThanOrEqualTo(JournalReader.MAX_READS_PER_CHUNK);
        read.append(new String(chunk.bytes(), StandardCharsets.US_ASCII));
        chunks++;
      }
    }
    assertThat(read.toString()).isEqualTo(expected.toString());
    assertThat(chunks).isEqualTo(4);
  }

  @Test
  void aGapOrTheOtherStreamEndsAChunk() throws Exception {
    files.append(OUT, "a");
    files.gap(OUT, 5);
    files.append(OUT, "b");
    files.append(ERR, "c");
    files.append(OUT, "d");
    assertThat(all(SO_FAR))
        .containsExactly(
            "STDOUT@0:a", "STDOUT@1-5", "STDOUT@1:b", "STDERR@2:c", "STDOUT@3:d", "end@4");
  }

  @Test
  void aGapAtTheVeryOffsetIsToldAgainRatherThanNever() throws Exception {
    files.append(OUT, "abc");
    files.gap(OUT, 9);
    assertThat(all(SO_FAR.withOffset(3))).containsExactly("STDOUT@3-9", "end@3");
    assertThat(all(SO_FAR.withOffset(2))).containsExactly("STDOUT@2:c", "STDOUT@3-9", "end@3");
  }

  @Test
  void sinceAndUntilBoundTheTimeOfTheWrites() throws Exception {
    for (int i = 0; i < 1000; i++) {
      files.append(i % 2 == 0 ? OUT : ERR, Integer.toString(i % 10), 10L * (i / 4));
    }
    assertThat(all(SO_FAR.withSince(at(2485))))
        .containsExactly(
            "STDOUT@996:6", "STDERR@997:7", "STDOUT@998:8", "STDERR@999:9", "end@1000");
    assertThat(all(SO_FAR.withUntil(at(10))))
        .containsExactly("STDOUT@0:0", "STDERR@1:1", "STDOUT@2:2", "STDERR@3:3", "end@4");
    assertThat(all(SO_FAR.withSince(at(10)).withUntil(at(11))))
        .containsExactly("STDOUT@4:4", "STDERR@5:5", "STDOUT@6:6", "STDERR@7:7", "end@8");
    assertThat(all(SO_FAR.withSince(at(10)).withUntil(at(11)).withOffset(7)))
        .containsExactly("STDERR@7:7", "end@8");
    assertThat(all(SO_FAR.withSince(at(11)).withUntil(at(12)))).containsExactly("end@8");
    assertThat(all(SO_FAR.withSince(at(Long.MAX_VALUE)))).containsExactly("end@1000");
    assertThat(all(SO_FAR.withUntil(Instant.MIN))).containsExactly("end@0");
  }

  @Test
  void aFollowerOfALaterTimeSkipsWhatComesBefore() throws Exception {
    form.assumeItGrows();
    try (Follower follower = read(ReadRequest.ALL.withSince(at(10)))) {
      files.append(OUT, "early", 9);
      assertThat(Events.drain(follower)).containsExactly("pending");
      files.append(OUT, "late", 10);
      assertThat(Events.drain(follower)).containsExactly("STDOUT@5:late", "pending");
    }
  }

  @Test
  void aFollowerEndsAtTheFirstWriteThatIsTooLate() throws Exception {
    form.assumeItGrows();
    Instant until = Instant.now().plus(Duration.ofHours(1));
    long nanos = until.getEpochSecond() * 1_000_000_000 + until.getNano();
    files.append(OUT, "early", nanos - 1);
    try (Follower follower = read(ReadRequest.ALL.withUntil(until))) {
      assertThat(Events.drain(follower)).containsExactly("STDOUT@0:early", "pending");
      files.append(OUT, "late", nanos);
      assertThat(Events.drain(follower)).containsExactly("end@5");
    }
  }

  @Test
  void aFollowerOfASilentJobEndsWhenItsTimeHasCome() throws Exception {
    files.append(OUT, "x", 1);
    try (Follower follower =
        read(ReadRequest.ALL.withUntil(Instant.now().plus(Duration.ofMillis(50))))) {
      assertThat(Events.describe(follower.take())).isEqualTo("STDOUT@0:x");
      assertThat(Events.describe(follower.take())).isEqualTo("end@1");
    }
    assertThat(all(ReadRequest.ALL.withUntil(Instant.now().minus(Follower.RECORD_DELAY))))
        .endsWith("end@1");
  }

  @Test
  void aFollowerOfATimeGivesTheLastWriteOfItTimeToBeSeen() throws Exception {
    Instant until = Instant.now();
    try (Follower follower = read(ReadRequest.ALL.withUntil(until))) {
      assertThat(follower.take()).isInstanceOf(OutputEvent.End.class);
    }
    assertThat(Instant.now()).isAfterOrEqualTo(until.plus(Follower.RECORD_DELAY));
  }

  @Test
  void aWaitForATimeIsOverWhenItsReaderIsClosed() throws Exception {
    Queue<String> woken = new ConcurrentLinkedQueue<>();
    Duration soon = Duration.ofSeconds(1); // and closed before, on a slow machine too
    try (Follower follower = read(ReadRequest.ALL.withUntil(Instant.now().plus(soon)))) {
      assertThat(Events.drain(follower)).containsExactly("pending");
      follower.onReady(() -> woken.add("closed"));
    }
    long late = soon.plus(Follower.RECORD_DELAY).toNanos();
    // The same clockwork wakes in the order of the times.
    ForkJoinPool.commonPool().schedule(() -> {}, late, TimeUnit.NANOSECONDS).get();
    assertThat(woken).isEmpty();
  }

  @Test
  void manyRecordsOfTheOtherStreamAreSearchedInSteps() throws Exception {
    int steps = 5;
    int others = JournalReader.PASSED_WITHOUT_SEARCH + steps * JournalReader.RECORDS_PER_STEP - 1;
    write("o".repeat(others) + "e");
    try (Follower follower = read(ReadRequest.ALL.withStreams(Set.of(OutputStreamKind.STDERR)))) {
      assertThat(Events.describe(follower.poll())).isEqualTo("searching");
      assertThat(Events.describe(follower.poll())).isEqualTo("searching");
      assertThat(Events.searchToItsEnd(follower)).isEqualTo(steps);
      assertThat(Events.drain(follower)).containsExactly("STDERR@" + others + ":e", "pending");
      growth.finish();
      assertThat(Events.drain(follower)).containsExactly("end@" + (others + 1));
    }
  }

  @Test
  void fewRecordsOfTheOtherStreamAreNotWorthASearch() throws Exception {
    write("o".repeat(JournalReader.PASSED_WITHOUT_SEARCH - 1) + "e");
    try (Follower follower = read(SO_FAR.withStreams(Set.of(OutputStreamKind.STDERR)))) {
      assertThat(follower.poll()).isInstanceOf(OutputEvent.Chunk.class);
    }
  }

  @Test
  void recordsPassedCountAlsoWhereSomethingIsDeliveredBetweenThem() throws Exception {
    int searches = 3;
    write("oe".repeat(searches * JournalReader.PASSED_WITHOUT_SEARCH));
    int searched = 0;
    try (Follower follower = read(SO_FAR.withStreams(Set.of(OutputStreamKind.STDERR)))) {
      for (OutputEvent event = follower.poll();
          !(event instanceof OutputEvent.End);
          event = follower.poll()) {
        if (event instanceof OutputEvent.Searching) {
          assertThat(Events.searchToItsEnd(follower)).isEqualTo(1);
          searched++;
        }
      }
    }
    assertThat(searched).isEqualTo(searches);
  }

  @Test
  void aSearchThatMeetsTheEndOfTheJournalWaitsThere() throws Exception {
    int others = 2 * JournalReader.PASSED_WITHOUT_SEARCH;
    write("o".repeat(others));
    ReadRequest errors = ReadRequest.ALL.withStreams(Set.of(OutputStreamKind.STDERR));
    assertThat(all(errors.withFollow(false))).containsExactly("end@" + others);
    try (Follower follower = read(errors)) {
      assertThat(Events.drain(follower)).containsExactly("pending");
      List<String> woken = new ArrayList<>();
      follower.onReady(() -> woken.add("more"));
      growth.grew(others);
      assertThat(woken).isEmpty();
      growth.grew(others + 1);
      assertThat(woken).hasSize(1);
    }
  }

  /** A record of one byte for each letter: {@code o} to stdout, {@code e} to stderr. */
  private void write(String records) throws IOException {
    Files.writeString(directory.resolve("output"), records);
    ByteBuffer index = ByteBuffer.allocate(24 * records.length());
    for (int i = 0; i < records.length(); i++) {
      index.put(JournalFiles.record(i + 1, i + 1, records.charAt(i) == 'o' ? OUT : ERR));
    }
    files.index(index.array());
  }

  @Test
  void aWakeUpComesOnceAndOnlyTheLastThatWasAskedForDoes() throws Exception {
    List<String> woken = new ArrayList<>();
    try (Follower follower = read(ReadRequest.ALL)) {
      assertThat(Events.drain(follower)).containsExactly("pending");
      follower.onReady(() -> woken.add("first"));
      follower.onReady(() -> woken.add("second"));
      growth.grew(1);
      growth.grew(2);
      growth.finish();
    }
    assertThat(woken).containsExactly("second");
  }

  @Test
  void withoutFollowingTheEndIsWhereTheJournalStoodAtTheBeginning() throws Exception {
    form.assumeItGrows();
    files.append(OUT, "a");
    files.append(ERR, "b");
    try (Follower follower = read(SO_FAR)) {
      assertThat(Events.describe(follower.poll())).isEqualTo("STDOUT@0:a");
      files.append(ERR, "c");
      files.append(OUT, "d");
      assertThat(Events.drain(follower)).containsExactly("STDERR@1:b", "end@2");
    }
  }

  @Test
  void oneStreamOfOneTimeHasNoMoreThanThat() throws Exception {
    files.append(OUT, "a", 1);
    files.append(ERR, "b", 2);
    files.append(OUT, "c", 3);
    assertThat(all(SO_FAR.withStreams(Set.of(OutputStreamKind.STDOUT)).withSince(at(2))))
        .containsExactly("STDOUT@2:c", "end@3");
  }
}
