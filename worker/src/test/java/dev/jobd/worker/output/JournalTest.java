package dev.jobd.worker.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.OutputStreamKind;
import dev.jobd.worker.model.ReadRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
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

/** Readers against files as a shim writes them, and as a crash may leave them. */
class JournalTest {
  private static final int OUT = 1;
  private static final int ERR = 2;
  private static final int GAP = 0x80;

  @TempDir Path directory;
  private final JournalGrowth growth = new JournalGrowth();
  private long end;

  @BeforeEach
  void make() throws IOException {
    Files.createFile(directory.resolve("output"));
    Files.write(directory.resolve("index"), record(0x0078_6469_6462_6f6aL, 1, 0));
  }

  private static byte[] record(long a, long b, long c) {
    return ByteBuffer.allocate(24)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(a)
        .putLong(b)
        .putLong(c)
        .array();
  }

  private void append(int stream, String text) throws IOException {
    Files.writeString(directory.resolve("output"), text, StandardOpenOption.APPEND);
    end += text.length();
    index(record(end, end * 1000, stream));
  }

  private void gap(int stream, long dropped) throws IOException {
    index(record(end, end * 1000, dropped << 8 | GAP | stream));
  }

  private void index(byte[] bytes) throws IOException {
    Files.write(directory.resolve("index"), bytes, StandardOpenOption.APPEND);
  }

  private Follower read(long offset, boolean follow, OutputStreamKind... streams) {
    EnumSet<OutputStreamKind> wanted =
        streams.length == 0
            ? EnumSet.allOf(OutputStreamKind.class)
            : EnumSet.copyOf(List.of(streams));
    return new Follower(directory, growth, new ReadRequest(offset, wanted, follow), 4, () -> {});
  }

  /** What a follower meets until it waits or ends, in short. */
  private static List<String> drain(Follower follower) throws IOException {
    List<String> events = new ArrayList<>();
    while (true) {
      OutputEvent event = follower.poll();
      events.add(
          switch (event) {
            case OutputEvent.Chunk c ->
                c.stream()
                    + "@"
                    + c.offset()
                    + ":"
                    + new String(c.bytes(), StandardCharsets.US_ASCII);
            case OutputEvent.Gap g -> g.stream() + "@" + g.offset() + "-" + g.droppedBytes();
            case OutputEvent.Pending p -> "pending";
            case OutputEvent.End e -> "end@" + e.offset();
          });
      if (event instanceof OutputEvent.Pending || event instanceof OutputEvent.End) {
        return events;
      }
    }
  }

  @Test
  void cutsChunksToTheSizeAskedForAndKeepsOrderOffsetAndTime() throws Exception {
    append(OUT, "hello!");
    append(ERR, "no");
    try (Follower follower = read(0, true)) {
      assertThat(follower.poll())
          .isInstanceOfSatisfying(
              OutputEvent.Chunk.class,
              chunk -> assertThat(chunk.time()).isEqualTo(Instant.ofEpochSecond(0, 6000)));
      assertThat(drain(follower)).containsExactly("STDOUT@4:o!", "STDERR@6:no", "pending");
      append(OUT, "x");
      assertThat(drain(follower)).containsExactly("STDOUT@8:x", "pending");
      growth.finish();
      assertThat(drain(follower)).containsExactly("end@9");
    }
  }

  @Test
  void startsAtAnyByte() throws Exception {
    append(OUT, "abcdef");
    append(ERR, "ghi");
    append(OUT, "jkl");
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
    append(OUT, "a");
    append(ERR, "b");
    append(OUT, "c");
    append(ERR, "d");
    assertThat(drain(read(0, false, OutputStreamKind.STDERR)))
        .containsExactly("STDERR@1:b", "STDERR@3:d", "end@4");
  }

  @Test
  void statesGapsWhereTheyAre() throws Exception {
    gap(OUT, 7);
    append(OUT, "a");
    gap(ERR, 1L << 40);
    append(ERR, "b");
    assertThat(drain(read(0, false)))
        .containsExactly(
            "STDOUT@0-7", "STDOUT@0:a", "STDERR@1-" + (1L << 40), "STDERR@1:b", "end@2");
  }

  /** Who has read up to there has the bytes before the gap; of the gap nobody can know. */
  @Test
  void aReaderThatGoesOnRightWhereAGapIsMeetsTheGap() throws Exception {
    append(OUT, "ab");
    gap(OUT, 3);
    gap(ERR, 4);
    append(ERR, "c");
    gap(OUT, 5);
    assertThat(drain(read(1, false)))
        .startsWith("STDOUT@1:b", "STDOUT@2-3", "STDERR@2-4", "STDERR@2:c");
    assertThat(drain(read(2, false)))
        .containsExactly("STDOUT@2-3", "STDERR@2-4", "STDERR@2:c", "STDOUT@3-5", "end@3");
    assertThat(drain(read(3, false))).containsExactly("STDOUT@3-5", "end@3");
  }

  @Test
  void bytesThatNoWholeRecordCoversAreNotThereYet() throws Exception {
    append(OUT, "ab");
    Files.writeString(directory.resolve("output"), "cd", StandardOpenOption.APPEND);
    byte[] next = record(4, 4000, OUT);
    try (Follower follower = read(0, true)) {
      assertThat(drain(follower)).containsExactly("STDOUT@0:ab", "pending");
      for (byte part : next) {
        assertThat(drain(follower)).containsExactly("pending");
        index(new byte[] {part});
      }
      assertThat(drain(follower)).containsExactly("STDOUT@2:cd", "pending");
    }
  }

  @Test
  void findsItsPlaceAmongManyRecords() throws Exception {
    int lines = 5000;
    byte[] records = new byte[24 * lines];
    for (int i = 0; i < lines; i++) {
      System.arraycopy(record(2L * (i + 1), i, OUT), 0, records, 24 * i, 24);
    }
    Files.writeString(directory.resolve("output"), "x\n".repeat(lines));
    index(records);
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
    assertThat(drain(read(0, true))).containsExactly("pending");
    growth.finish();
    assertThat(drain(read(0, true))).containsExactly("end@0");
  }

  @Test
  void aClosedReaderIsNotWoken() throws Exception {
    List<String> woken = new ArrayList<>();
    try (Follower follower = read(0, true)) {
      assertThat(drain(follower)).containsExactly("pending");
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
  void anInterruptEndsARead() throws Exception {
    try (Follower follower = read(0, true)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(follower::take).isInstanceOf(ClosedByInterruptException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void damageIsToldAndNotReadOver() throws Exception {
    append(OUT, "abc");
    index(record(1, 0, OUT));
    try (Follower follower = read(3, false)) {
      assertThatThrownBy(follower::poll)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("is damaged");
    }
    Files.write(directory.resolve("index"), record(99, 99, 99));
    index(record(1, 1, OUT));
    assertThatThrownBy(() -> drain(read(0, false)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not an index of version 1");
  }

  @Test
  void anIndexThatPromisesMoreThanThereIsIsDamaged() throws Exception {
    index(record(10, 0, OUT));
    assertThatThrownBy(() -> drain(read(0, false)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("output ends at 0, but its index covers 4");
  }
}
