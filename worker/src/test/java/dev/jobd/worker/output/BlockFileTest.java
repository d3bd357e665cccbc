package dev.jobd.worker.output;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The compressed form of one file: how it is made, read, and found damaged. */
class BlockFileTest {
  private static final JournalPart PART = JournalPart.OUTPUT;
  private static final int BOUND_SECONDS = 60;
  private static final int BLOCK = 1000;

  @TempDir Path directory;
  private Path compressed;

  @BeforeEach
  void name() {
    compressed = PART.compressed(directory);
  }

  private static byte[] text(int length) {
    Random random = new Random(length);
    byte[] text = new byte[length];
    for (int i = 0; i < length; i++) {
      text[i] = (byte) "etaoin shrdlu\n".charAt(random.nextInt(14));
    }
    return text;
  }

  private static byte[] noise(int length) {
    byte[] noise = new byte[length];
    new Random(length).nextBytes(noise);
    return noise;
  }

  private void compress(byte[] content, int blockBytes) throws IOException {
    Files.write(PART.plain(directory), content);
    JournalForm.compress(directory, PART, blockBytes);
    assertThat(PART.plain(directory)).doesNotExist();
    assertThat(PART.draft(directory)).doesNotExist();
  }

  private JournalFile open() throws IOException {
    return requireNonNull(JournalFile.open(directory, PART));
  }

  private static byte[] read(JournalFile file, long position, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining() && file.read(bytes, position + bytes.position()) >= 0) {}
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  @Test
  void everyPieceIsWhatItWasWhereverItBeginsAndEnds() throws Exception {
    byte[] content = text(3 * BLOCK + 17);
    compress(content, BLOCK);
    try (JournalFile file = open()) {
      assertThat(file).isInstanceOf(BlockFile.class);
      assertThat(file.size()).isEqualTo(content.length);
      Random random = new Random(1);
      for (int i = 0; i < 2000; i++) {
        int from = random.nextInt(content.length + 10);
        int length = random.nextInt(2 * BLOCK);
        int end = Math.min(content.length, from + length);
        byte[] expected =
            from >= content.length ? new byte[0] : Arrays.copyOfRange(content, from, end);
        assertThat(read(file, from, length)).isEqualTo(expected);
      }
    }
  }

  @Test
  void aFileWhoseTableTakesManyMembersIsReadAtItsSeams() throws Exception {
    int blockBytes = 10;
    byte[] content = text(3 * BlockLayout.ENTRIES_PER_CARRIER * blockBytes - 5);
    compress(content, blockBytes);
    try (JournalFile file = open()) {
      for (int seam = 1; seam < 3; seam++) {
        int at = seam * BlockLayout.ENTRIES_PER_CARRIER * blockBytes;
        assertThat(read(file, at - 15, 30))
            .isEqualTo(Arrays.copyOfRange(content, at - 15, at + 15));
      }
      assertThat(read(file, content.length - 20, 100))
          .isEqualTo(Arrays.copyOfRange(content, content.length - 20, content.length));
    }
    assertThat(gunzip(compressed)).isEqualTo(content);
  }

  @Test
  void toolsThatKnowGzipReadItWithoutJobd() throws Exception {
    byte[] content = text(5 * BLOCK);
    compress(content, BLOCK);

    assertThat(gunzip(compressed)).isEqualTo(content);
    Path out = directory.resolve("out");
    Path complaints = directory.resolve("complaints");
    Process gzip =
        new ProcessBuilder("gzip", "-dc", compressed.toString())
            .redirectOutput(out.toFile())
            .redirectError(complaints.toFile())
            .start();
    assertThat(gzip.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(gzip.exitValue()).isZero();
    assertThat(complaints).isEmptyFile();
    assertThat(out).hasBinaryContent(content);
  }

  private static byte[] gunzip(Path file) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      return in.readAllBytes();
    }
  }

  @Test
  void nothingIsReadOfAnEmptyOne() throws Exception {
    compress(new byte[0], BLOCK);
    try (JournalFile file = open()) {
      assertThat(file.size()).isZero();
      assertThat(file.read(ByteBuffer.allocate(1), 0)).isEqualTo(-1);
    }
  }

  @Test
  void whatCannotBeCompressedIsReadAllTheSame() throws Exception {
    byte[] content = noise(300_000);
    compress(content, 64 << 10);
    try (JournalFile file = open()) {
      assertThat(read(file, 0, content.length)).isEqualTo(content);
    }
    assertThat(Files.size(compressed)).isLessThan(content.length + 1000);
  }

  @Test
  void itsFileIsForTheOwnersEyesOnly() throws Exception {
    compress(text(BLOCK), BLOCK);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(compressed)))
        .isEqualTo("rw-------");
  }

  @Test
  void smallFilesAndThoseThatDoNotShrinkStayAsTheyAre() throws Exception {
    Files.write(PART.plain(directory), text((int) CompressedDraft.MIN_BYTES - 1));
    assertThat(CompressedDraft.begin(directory, PART)).isNull();

    Files.write(PART.plain(directory), noise(200_000));
    assertStaysPlain(Integer.MAX_VALUE);

    // Given up long before its end.
    Files.write(PART.plain(directory), noise(16 << 20));
    assertStaysPlain(20);
  }

  private void assertStaysPlain(int maxSteps) throws IOException {
    byte[] content = Files.readAllBytes(PART.plain(directory));
    int steps = 1;
    try (CompressedDraft draft = requireNonNull(CompressedDraft.begin(directory, PART))) {
      while (draft.step()) {
        steps++;
      }
      assertThat(draft.shrinks()).isFalse();
    }
    assertThat(steps).isLessThanOrEqualTo(maxSteps);
    assertThat(PART.draft(directory)).doesNotExist();
    assertThat(compressed).doesNotExist();
    assertThat(PART.plain(directory)).hasBinaryContent(content);
  }

  @Test
  void aDraftThatACrashLeftIsBegunAnew() throws Exception {
    byte[] content = text(5 * BLOCK);
    Files.write(PART.draft(directory), noise(100_000));
    Files.write(compressed, noise(10)); // nothing that was ever named would look so
    compress(content, BLOCK);
    assertThat(gunzip(compressed)).isEqualTo(content);
  }

  @Test
  void whoHasThePlainFormOpenReadsOn() throws Exception {
    byte[] content = text(5 * BLOCK);
    Files.write(PART.plain(directory), content);
    try (JournalFile before = open()) {
      JournalForm.compress(directory, PART, BLOCK);
      try (JournalFile after = open()) {
        assertThat(after).isInstanceOf(BlockFile.class);
        assertThat(read(before, 0, content.length)).isEqualTo(content);
        assertThat(read(after, 0, content.length)).isEqualTo(content);
      }
    }
  }

  @Test
  void damageCostsItsBlockAloneAndIsToldPrecisely() throws Exception {
    byte[] content = text(10 * BLOCK);
    compress(content, BLOCK);
    BlockLayout layout = new BlockLayout(BLOCK, content.length);
    long member = start(layout, 3);

    spoil(member + 100);

    assertReadsBut(content, 3, "checksum|holds|invalid|code|distance");
  }

  @Test
  void anEntryOfTheTableThatIsDamagedCostsItsBlockAlone() throws Exception {
    byte[] content = text(10 * BLOCK);
    compress(content, BLOCK);
    BlockLayout layout = new BlockLayout(BLOCK, content.length);
    for (int at = 0; at < BlockLayout.ENTRY_BYTES; at++) {
      spoil(layout.entryAt(7) + at);
      assertReadsBut(content, 7, "");
      spoil(layout.entryAt(7) + at);
    }
    try (JournalFile file = open()) {
      assertThat(read(file, 0, content.length)).isEqualTo(content);
    }
  }

  @Test
  void noByteOfABlockIsReadWrong() throws Exception {
    byte[] content = text(2 * BLOCK);
    compress(content, BLOCK);
    BlockLayout layout = new BlockLayout(BLOCK, content.length);
    for (long at = start(layout, 1); at < Files.size(compressed); at++) {
      spoil(at);
      boolean flags = at - start(layout, 1) < 10 && at - start(layout, 1) > 3;
      if (!flags) { // gzip's time and system, which say nothing here
        assertReadsBut(content, 1, "");
      }
      spoil(at);
    }
  }

  @Test
  void aFileThatWasCutSaysSo() throws Exception {
    byte[] content = text(10 * BLOCK);
    compress(content, BLOCK);
    try (FileChannel file = FileChannel.open(compressed, StandardOpenOption.WRITE)) {
      file.truncate(file.size() - 1);
    }
    assertReadsBut(content, 9, "the file ends before it does");
  }

  @Test
  void aHeadThatIsDamagedOrOfALaterVersionIsRefused() throws Exception {
    compress(text(10 * BLOCK), BLOCK);
    spoil(GzipMember.PAYLOAD_AT);
    assertRefused("it is not a compressed file of version 1");
    spoil(GzipMember.PAYLOAD_AT);
    for (int at = 4; at < 20; at++) {
      spoil(GzipMember.PAYLOAD_AT + at);
      assertRefused("the checksum of its head is another");
      spoil(GzipMember.PAYLOAD_AT + at);
    }
    Files.writeString(compressed, "");
    assertRefused("it has no head");
  }

  private void assertRefused(String how) {
    assertThatThrownBy(() -> JournalFile.open(directory, PART))
        .isInstanceOf(IOException.class)
        .hasMessage("journal " + directory + " is damaged: output.gz: " + how);
  }

  private void assertReadsBut(byte[] content, int block, String why) throws IOException {
    try (JournalFile file = open()) {
      for (int round = 0; round < 2; round++) {
        assertThatThrownBy(() -> read(file, block * (long) BLOCK, 1))
            .isInstanceOf(IOException.class)
            .hasMessageStartingWith(
                "journal %s is damaged: block %d of output.gz, from offset %d on: "
                    .formatted(directory, block, block * BLOCK))
            .hasMessageFindingMatch(why);
        for (int i = 0; i < content.length / BLOCK; i++) {
          if (i != block) {
            assertThat(read(file, i * (long) BLOCK, BLOCK))
                .isEqualTo(Arrays.copyOfRange(content, i * BLOCK, (i + 1) * BLOCK));
          }
        }
      }
    }
  }

  private long start(BlockLayout layout, long block) throws IOException {
    byte[] all = Files.readAllBytes(compressed);
    ByteBuffer entry =
        ByteBuffer.wrap(all).slice((int) layout.entryAt(block), BlockLayout.ENTRY_BYTES);
    return BlockLayout.Entry.read(entry).start();
  }

  /** Turns one bit; a second time, back. */
  private void spoil(long at) throws IOException {
    try (FileChannel file =
        FileChannel.open(compressed, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      file.read(one, at);
      one.put(0, (byte) (one.get(0) ^ 1));
      file.write(one.flip(), at);
    }
  }

  @Test
  void theHeadSaysWhatItIs() {
    String head =
        new String(new BlockLayout(1, 1).writeHead().array(), StandardCharsets.ISO_8859_1);
    assertThat(head).startsWith("\u001f\u008b\u0008\u0004").contains("jd");
  }
}
