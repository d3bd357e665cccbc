package dev.jobd.worker.output;

import static dev.jobd.worker.output.JournalFiles.ERR;
import static dev.jobd.worker.output.JournalFiles.OUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.OutputStreamKind;
import dev.jobd.worker.model.ReadRequest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The last lines of a journal. */
@ParameterizedClass
@EnumSource
class TailTest {
  private static final ReadRequest SO_FAR = ReadRequest.ALL.withFollow(false);

  private final JournalForm form;
  @TempDir Path directory;
  private final JournalGrowth growth = new JournalGrowth();
  private JournalFiles files;

  TailTest(JournalForm form) {
    this.form = form;
  }

  @BeforeEach
  void make() throws IOException {
    files = JournalFiles.in(directory);
  }

  private Follower read(ReadRequest request) throws IOException {
    return new Follower(form.of(directory), growth, request, 1 << 16, () -> {});
  }

  /** What the reader of a whole request gets of one stream. */
  private String text(ReadRequest request, OutputStreamKind stream)
      throws IOException, InterruptedException {
    StringBuilder text = new StringBuilder();
    try (Follower follower = read(request)) {
      while (true) {
        switch (follower.take()) {
          case OutputEvent.Chunk chunk when chunk.stream() == stream ->
              text.append(new String(chunk.bytes(), StandardCharsets.US_ASCII));
          case OutputEvent.End _ -> {
            return text.toString();
          }
          default -> {}
        }
      }
    }
  }

  private String tail(long lines) throws IOException, InterruptedException {
    return text(SO_FAR.withTailLines(lines), OutputStreamKind.STDOUT);
  }

  @Test
  void theLastLinesComeWhole() throws Exception {
    files.append(OUT, "one\ntwo\nth");
    files.append(OUT, "ree\nfour\n");
    assertThat(tail(0)).isEmpty();
    assertThat(tail(1)).isEqualTo("four\n");
    assertThat(tail(2)).isEqualTo("three\nfour\n");
    assertThat(tail(4)).isEqualTo("one\ntwo\nthree\nfour\n");
    assertThat(tail(5)).isEqualTo("one\ntwo\nthree\nfour\n");
    assertThat(tail(Long.MAX_VALUE)).isEqualTo("one\ntwo\nthree\nfour\n");
  }

  @Test
  void anUnfinishedLineIsALine() throws Exception {
    files.append(OUT, "one\ntwo\nthr");
    assertThat(tail(1)).isEqualTo("thr");
    assertThat(tail(2)).isEqualTo("two\nthr");
  }

  @Test
  void emptyLinesAreLines() throws Exception {
    files.append(OUT, "a\n\n\n");
    assertThat(tail(2)).isEqualTo("\n\n");
    assertThat(tail(3)).isEqualTo("a\n\n\n");
  }

  @Test
  void nothingHasNoLastLines() throws Exception {
    assertThat(tail(3)).isEmpty();
    files.gap(OUT, 3);
    assertThat(tail(3)).isEmpty();
  }

  @Test
  void aLineThatTheOtherStreamInterruptsIsOneLine() throws Exception {
    files.append(OUT, "before\nfir");
    files.append(ERR, "oops\n");
    files.append(OUT, "st\n");
    assertThat(tail(1)).isEqualTo("first\n");
    try (Follower follower = read(SO_FAR.withTailLines(1L))) {
      assertThat(Events.drain(follower))
          .containsExactly(
              "start@{STDOUT=7, STDERR=18}", "STDOUT@7:fir", "STDOUT@15:st\n", "end@18");
    }
    try (Follower follower = read(SO_FAR.withTailLines(2L))) {
      assertThat(Events.drain(follower))
          .containsExactly(
              "start@{STDOUT=7, STDERR=10}",
              "STDOUT@7:fir",
              "STDERR@10:oops\n",
              "STDOUT@15:st\n",
              "end@18");
    }
  }

  @Test
  void onlyLinesOfTheChosenStreamsCount() throws Exception {
    files.append(ERR, "one\ntwo\n");
    for (int i = 0; i < 1000; i++) {
      files.append(OUT, "noise\n");
    }
    ReadRequest errors = SO_FAR.withStreams(Set.of(OutputStreamKind.STDERR));
    assertThat(text(errors.withTailLines(1L), OutputStreamKind.STDERR)).isEqualTo("two\n");
  }

  @Test
  void onlyLinesWithinTheOtherBoundsCount() throws Exception {
    files.append(OUT, "1\n", 1);
    files.append(OUT, "2\n", 2);
    files.append(OUT, "3\n", 3);
    files.append(OUT, "4\n", 4);
    Instant second = Instant.ofEpochSecond(0, 2);
    Instant fourth = Instant.ofEpochSecond(0, 4);
    ReadRequest middle = SO_FAR.withSince(second).withUntil(fourth);
    assertThat(text(middle.withTailLines(1L), OutputStreamKind.STDOUT)).isEqualTo("3\n");
    assertThat(text(middle.withTailLines(9L), OutputStreamKind.STDOUT)).isEqualTo("2\n3\n");
    assertThat(text(SO_FAR.withOffset(3).withTailLines(9L), OutputStreamKind.STDOUT))
        .isEqualTo("\n3\n4\n");
    try (Follower follower = read(SO_FAR.withOffset(99).withTailLines(9L))) {
      assertThat(Events.drain(follower)).containsExactly("start@{STDOUT=99, STDERR=99}", "end@99");
    }
  }

  @Test
  void whatComesAfterTheLastLinesFollowsThem() throws Exception {
    form.assumeItGrows();
    files.append(OUT, "a\nb\n");
    try (Follower follower = read(ReadRequest.ALL.withTailLines(1L))) {
      assertThat(Events.drain(follower))
          .containsExactly("start@{STDOUT=2, STDERR=4}", "STDOUT@2:b\n", "pending");
      files.append(ERR, "c");
      assertThat(Events.drain(follower)).containsExactly("STDERR@4:c", "pending");
    }
    try (Follower follower = read(ReadRequest.ALL.withTailLines(0L))) {
      assertThat(Events.drain(follower)).containsExactly("start@{STDOUT=5, STDERR=5}", "pending");
      files.append(OUT, "d");
      assertThat(Events.drain(follower)).containsExactly("STDOUT@5:d", "pending");
    }
  }

  @Test
  void allThatIsPrintedAfterTheReadingBeganIsReadEvenWhereThereWasNoJournal() throws Exception {
    form.assumeItGrows();
    Path later = Files.createDirectory(directory.resolve("later"));
    try (Follower follower =
        new Follower(later, growth, ReadRequest.ALL.withTailLines(1L), 1 << 16, () -> {})) {
      assertThat(Events.drain(follower)).containsExactly("start@{STDOUT=0, STDERR=0}", "pending");
      JournalFiles.in(later).append(OUT, "a\nb\n");
      assertThat(Events.drain(follower)).containsExactly("STDOUT@0:a\nb\n", "pending");
    }
  }

  @Test
  void aGapAmongTheLastLinesIsTold() throws Exception {
    files.append(OUT, "a\n");
    files.gap(OUT, 7);
    files.append(OUT, "b\n");
    files.gap(ERR, 8);
    try (Follower follower = read(SO_FAR.withTailLines(1L))) {
      assertThat(Events.drain(follower))
          .containsExactly(
              "start@{STDOUT=2, STDERR=4}", "STDOUT@2-7", "STDOUT@2:b\n", "STDERR@4-8", "end@4");
    }
  }

  @Test
  void agreesWithASearchFromTheFront() throws Exception {
    Random random = new Random(5);
    StringBuilder out = new StringBuilder();
    List<String> bothLines = new ArrayList<>(); // in the order in which they end
    StringBuilder[] open = {new StringBuilder(), new StringBuilder()};
    for (int i = 0; i < 3000; i++) {
      int stream = random.nextInt(2);
      StringBuilder text = new StringBuilder();
      for (int n = 1 + random.nextInt(200); n > 0; n--) {
        char c = random.nextInt(40) == 0 ? '\n' : (char) ('a' + random.nextInt(26));
        text.append(c);
        open[stream].append(c);
        if (c == '\n') {
          bothLines.add(stream + open[stream].toString());
          open[stream].setLength(0);
        }
      }
      files.append(stream == 0 ? OUT : ERR, text.append('.').toString());
      open[stream].append('.');
      if (stream == 0) {
        out.append(text);
      }
    }
    files.append(OUT, "\n");
    files.append(ERR, "\n");
    bothLines.add("0" + open[0] + "\n");
    bothLines.add("1" + open[1] + "\n");
    for (int lines : new int[] {1, 2, 3, 10, 100, 1000, bothLines.size()}) {
      List<String> last = bothLines.subList(bothLines.size() - lines, bothLines.size());
      ReadRequest request = SO_FAR.withTailLines((long) lines);
      assertThat(text(request, OutputStreamKind.STDOUT)).isEqualTo(of(last, '0'));
      assertThat(text(request, OutputStreamKind.STDERR)).isEqualTo(of(last, '1'));
    }
    assertThat(tail(Long.MAX_VALUE)).isEqualTo(out + "\n");
  }

  private static String of(List<String> lines, char stream) {
    StringBuilder text = new StringBuilder();
    for (String line : lines) {
      if (line.charAt(0) == stream) {
        text.append(line, 1, line.length());
      }
    }
    return text.toString();
  }

  @Test
  void aLineOfManyGigabytesIsFoundInStepsBetweenWhichTheReaderMayGiveUp() throws Exception {
    form.assumeItMayBeHuge();
    long size = 100L << 30; // a hole, but for its ends
    files.append(OUT, "first\n");
    try (FileChannel output =
        FileChannel.open(directory.resolve("output"), StandardOpenOption.WRITE)) {
      output.write(StandardCharsets.US_ASCII.encode("\n"), size - 1);
    }
    files.index(JournalFiles.record(size, size, OUT));
    try (Follower follower = read(SO_FAR.withTailLines(1L))) {
      for (int i = 0; i < 3; i++) {
        assertThat(follower.poll()).isInstanceOf(OutputEvent.Searching.class);
        assertThat(follower.search()).isTrue();
      }
    }
  }

  @Test
  void bytesThatAreLoadedForAFewCountAmongWhatAStepMayLoad() throws Exception {
    form.assumeItMayBeHuge();
    long apart = 1 << 20;
    int records = 100;
    for (int i = 1; i <= records; i++) {
      files.index(JournalFiles.record(i * apart - 1, i, ERR));
      files.index(JournalFiles.record(i * apart, i, OUT));
    }
    try (FileChannel output =
        FileChannel.open(directory.resolve("output"), StandardOpenOption.WRITE)) {
      output.write(StandardCharsets.US_ASCII.encode("."), records * apart - 1);
    }
    try (Follower follower =
        read(SO_FAR.withStreams(Set.of(OutputStreamKind.STDOUT)).withTailLines(1L))) {
      assertThat(follower.poll()).isInstanceOf(OutputEvent.Searching.class);
      long loaded = records * (long) TailSearch.BLOCK_BYTES;
      assertThat(Events.searchToItsEnd(follower))
          .isEqualTo((int) Math.ceilDiv(loaded, TailSearch.STEP_BYTES));
      assertThat(follower.poll()).isInstanceOf(OutputEvent.Start.class);
      assertThat(follower.poll()).isInstanceOf(OutputEvent.Chunk.class);
    }
  }
}
