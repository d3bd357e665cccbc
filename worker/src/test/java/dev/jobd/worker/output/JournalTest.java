package dev.jobd.worker.output;

import static dev.jobd.worker.output.JournalFiles.ERR;
import static dev.jobd.worker.output.JournalFiles.OUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.OutputStreamKind;
import dev.jobd.worker.model.ReadRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Readers against files as a shim writes them, and as a crash may leave them. */
@ParameterizedClass
@EnumSource
class JournalTest {
  private final JournalForm form;
  @TempDir Path directory;
  private final JournalGrowth growth = new JournalGrowth();
  private JournalFiles files;

  JournalTest(JournalForm form) {
    this.form = form;
  }

  @BeforeEach
  void make() throws IOException {
    files = JournalFiles.in(directory);
  }

  private Follower read(long offset, boolean follow, OutputStreamKind... streams)
      throws IOException {
    EnumSet<OutputStreamKind> wanted =
        streams.length == 0
            ? EnumSet.allOf(OutputStreamKind.class)
            : EnumSet.copyOf(List.of(streams));
    return new Follower(
        form.of(directory),
        growth,
        ReadRequest.ALL.withOffset(offset).withStreams(wanted).withFollow(follow),
        4,
        () -> {});
  }

  @Test
  void cutsChunksToTheSizeAskedForAndKeepsOrderOffsetAndTime() throws Exception {
    form.assumeItGrows();
    files.append(OUT, "hello!");
    files.append(ERR, "no");
    try (Follower follower = read(0, true)) {
      assertThat(follower.poll())
          .isInstanceOfSatisfying(
              OutputEvent.Chunk.class,
              chunk -> assertThat(chunk.time()).isEqualTo(Instant.ofEpochSecond(0, 6000)));
      assertThat(Events.drain(follower)).containsExactly("STDOUT@4:o!", "STDERR@6:no", "pending");
      files.append(OUT, "x");
      assertThat(Events.drain(follower)).containsExactly("STDOUT@8:x", "pending");
      growth.finish();
      assertThat(Events.drain(follower)).containsExactly("end@9");
    }
  }

  @Test
  void startsAtAnyByte() throws Exception {
    files.append(OUT, "abcdef");
    files.append(ERR, "ghi");
    files.append(OUT, "jkl");
    String all = "abcdefghijkl";
    for (int offset = 0; offset <= all.length(); offset++) {
      try (Follower follower = read(offset, false)) {
        StringBuilder text = new StringBuilder();
        while (follower.poll() instanceof OutputEvent.Chunk chunk) {
          assertThat(chunk.offset()).isEqualTo(offset + text.length());
          text.append(new String(chunk.bytes(), StandardCharsets.US_ASCII));
        }
        assertThat(text.toString()).isEqualTo(all.substring(offset));
      }
    }
  }

  @Test
  void readsOneStreamAlone() throws Exception {
    files.append(OUT, "a");
    files.append(ERR, "b");
    files.append(OUT, "c");
    files.append(ERR, "d");
    assertThat(Events.drain(read(0, false, OutputStreamKind.STDERR)))
        .containsExactly("STDERR@1:b", "STDERR@3:d", "end@4");
  }

  @Test
  void statesGapsWhereTheyAre() throws Exception {
    files.gap(OUT, 7);
    files.append(OUT, "a");
    files.gap(ERR, 1L << 40);
    files.append(ERR, "b");
    assertThat(Events.drain(read(0, false)))
        .containsExactly(
            "STDOUT@0-7", "STDOUT@0:a", "STDERR@1-" + (1L << 40), "STDERR@1:b", "end@2");
  }

  /** Who has read up to there has the bytes before the gap; of the gap nobody can know. */
  @Test
  void aReaderThatGoesOnRightWhereAGapIsMeetsTheGap() throws Exception {
    files.append(OUT, "ab");
    files.gap(OUT, 3);
    files.gap(ERR, 4);
    files.append(ERR, "c");
    files.gap(OUT, 5);
    assertThat(Events.drain(read(1, false)))
        .startsWith("STDOUT@1:b", "STDOUT@2-3", "STDERR@2-4", "STDERR@2:c");
    assertThat(Events.drain(read(2, false)))
        .containsExactly("STDOUT@2-3", "STDERR@2-4", "STDERR@2:c", "STDOUT@3-5", "end@3");
    assertThat(Events.drain(read(3, false))).containsExactly("STDOUT@3-5", "end@3");
  }

  @Test
  void bytesThatNoWholeRecordCoversAreNotThereYet() throws Exception {
    form.assumeItGrows();
    files.append(OUT, "ab");
    Files.writeString(directory.resolve("output"), "cd", StandardOpenOption.APPEND);
    byte[] next = JournalFiles.record(4, 4000, OUT);
    try (Follower follower = read(0, true)) {
      assertThat(Events.drain(follower)).containsExactly("STDOUT@0:ab", "pending");
      for (byte part : next) {
        assertThat(Events.drain(follower)).containsExactly("pending");
        files.index(new byte[] {part});
      }
      assertThat(Events.drain(follower)).containsExactly("STDOUT@2:cd", "pending");
    }
  }

  @Test
  void findsItsPlaceAmongManyRecords() throws Exception {
    int lines = 5000;
    byte[] records = new byte[24 * lines];
    for (int i = 0; i < lines; i++) {
      System.arraycopy(JournalFiles.record(2L * (i + 1), i, OUT), 0, records, 24 * i, 24);
    }
    Files.writeString(directory.resolve("output"), "x\n".repeat(lines));
    files.index(records);
    for (int offset : new int[] {1, 255, 256, 257, 2 * 128, 2 * 129 + 1, 9998, 9999}) {
      try (Follower follower = read(offset, false)) {
        assertThat(follower.poll())
            .isInstanceOfSatisfying(
                OutputEvent.Chunk.class, chunk -> assertThat(chunk.offset()).isEqualTo(offset));
      }
    }
  }

  @Test
  void aJournalThatWasNeverMadeIsEmpty() throws Exception {
    Files.delete(directory.resolve("index"));
    assertThat(Events.drain(read(0, true))).containsExactly("pending");
    growth.finish();
    assertThat(Events.drain(read(0, true))).containsExactly("end@0");
  }

  @Test
  void aClosedReaderIsNotWoken() throws Exception {
    List<String> woken = new ArrayList<>();
    try (Follower follower = read(0, true)) {
      assertThat(Events.drain(follower)).containsExactly("pending");
      follower.onReady(() -> woken.add("closed"));
    }
    growth.grew(1);
    growth.finish();
    assertThat(woken).isEmpty();
  }

  @Test
  void anInterruptEndsTheWaitForMore() throws Exception {
    Files.delete(directory.resolve("index")); // so there is nothing to read before the wait
    try (Follower follower = read(0, true)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(follower::take).isInstanceOf(InterruptedException.class);
    }
  }

  @Test
  void anInterruptEndsReadingToo() throws Exception {
    files.append(OUT, "more than one chunk");
    try (Follower follower = read(0, true)) {
      follower.take();
      Thread.currentThread().interrupt();
      assertThatThrownBy(follower::take).isInstanceOf(InterruptedException.class);
    }
  }

  @Test
  void damageIsToldAndNotReadOver() throws Exception {
    files.append(OUT, "abc");
    files.index(JournalFiles.record(1, 0, OUT));
    try (Follower follower = read(3, false)) {
      assertThatThrownBy(follower::poll)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("is damaged");
    }
    Files.write(directory.resolve("index"), JournalFiles.record(99, 99, 99));
    files.index(JournalFiles.record(1, 1, OUT));
    assertThatThrownBy(() -> Events.drain(read(0, false)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not an index of version 1");
  }

  @Test
  void anIndexThatPromisesMoreThanThereIsIsDamaged() throws Exception {
    files.index(JournalFiles.record(10, 0, OUT));
    assertThatThrownBy(() -> Events.drain(read(0, false)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("output ends at 0, but its index covers 4");
  }
}
