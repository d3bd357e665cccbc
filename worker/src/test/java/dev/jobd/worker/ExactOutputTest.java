package dev.jobd.worker;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.OutputStreamKind;
import dev.jobd.worker.model.ReadRequest;
import dev.jobd.worker.output.Follower;
import dev.jobd.worker.output.OutputEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What real jobs print, byte for byte and part for part; "make large" makes it large. */
@Tag("host-only")
class ExactOutputTest {
  private static final boolean LARGE = Boolean.getBoolean("jobd.large");
  private static final long LONG_LINE = LARGE ? 1L << 30 : 16L << 20;
  private static final int SHORT_LINES = LARGE ? 10_000_000 : 200_000;
  private static final ReadRequest SO_FAR = ReadRequest.ALL.withFollow(false);

  private TestWorker test;

  @BeforeEach
  void open() throws IOException {
    test = TestWorker.open();
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  /** What a reader got, in sum. */
  private record Summary(long bytes, long chunks, String sha256) {}

  /** The next event that is not where the last lines begin. */
  private static OutputEvent afterStart(Follower follower) throws Exception {
    OutputEvent event = follower.take();
    return event instanceof OutputEvent.Start ? follower.take() : event;
  }

  private static Summary read(Job job, ReadRequest request) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    long bytes = 0;
    long chunks = 0;
    try (Follower follower = job.follow(request)) {
      while (afterStart(follower) instanceof OutputEvent.Chunk chunk) {
        digest.update(chunk.bytes());
        bytes += chunk.bytes().length;
        chunks++;
      }
    }
    return new Summary(bytes, chunks, HexFormat.of().formatHex(digest.digest()));
  }

  private static String text(Job job, ReadRequest request) throws Exception {
    StringBuilder text = new StringBuilder();
    try (Follower follower = job.follow(request)) {
      while (afterStart(follower) instanceof OutputEvent.Chunk chunk) {
        text.append(new String(chunk.bytes(), StandardCharsets.US_ASCII));
      }
    }
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 32_767, 32_768, 33_000, 65_535, 65_536})
  void aLineOfAnyLengthIsALine(int length) throws Exception {
    Job job = test.start("perl", "-e", "print 'x' x " + length + ", \"\\n\" for 1..3");
    job.await();
    String line = "x".repeat(length) + "\n";
    assertThat(text(job, ReadRequest.ALL)).isEqualTo(line.repeat(3));
    assertThat(text(job, SO_FAR.withTailLines(2L))).isEqualTo(line.repeat(2));
  }

  @Test
  void aJobThatPrintsNothingHasAnEndAndNothingBeforeIt() throws Exception {
    Job job = test.start("true");
    try (Follower follower = job.follow(ReadRequest.ALL)) {
      assertThat(follower.take()).isEqualTo(new OutputEvent.End(0));
      assertThat(job.state()).isInstanceOf(JobState.Ended.class);
    }
    assertThat(text(job, SO_FAR.withTailLines(3L))).isEmpty();
  }

  @Test
  void bytesOfAnyValueWithoutANewlineAtTheEndComeBack() throws Exception {
    Job job = test.start("perl", "-e", "print pack('C*', 0..255) x 400, \"\\n\\0\"");
    job.await();
    byte[] all = TestWorker.output(job);
    assertThat(all).hasSize(400 * 256 + 2).endsWith((byte) '\n', (byte) 0);
    for (int i = 0; i < 400 * 256; i++) {
      assertThat(all[i]).isEqualTo((byte) i);
    }
    try (Follower follower = job.follow(SO_FAR.withTailLines(1L))) {
      assertThat(afterStart(follower))
          .isInstanceOfSatisfying(
              OutputEvent.Chunk.class, chunk -> assertThat(chunk.bytes()).containsExactly(0));
    }
  }

  @Test
  void aVeryLongLineIsReadInBoundedChunksFromItsBeginningOrItsEnd() throws Exception {
    Job job = test.sh("echo first; head -c " + LONG_LINE + " /dev/zero | tr '\\0' x; echo");
    job.await();
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] part = new byte[1 << 20];
    Arrays.fill(part, (byte) 'x');
    for (long left = LONG_LINE; left > 0; left -= part.length) {
      digest.update(part);
    }
    digest.update((byte) '\n');
    Summary last = read(job, SO_FAR.withTailLines(1L));
    assertThat(last.bytes()).isEqualTo(LONG_LINE + 1);
    assertThat(last.sha256()).isEqualTo(HexFormat.of().formatHex(digest.digest()));
    assertThat(read(job, ReadRequest.ALL).bytes()).isEqualTo("first\n".length() + LONG_LINE + 1);
  }

  @Test
  void manyShortLinesThatAreWrittenOneByOneComeBackInFewChunks() throws Exception {
    Job job = test.start("perl", "-e", "$| = 1; print \"$_\\n\" for 1.." + SHORT_LINES);
    job.await();
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    long bytes = 0;
    for (int i = 1; i <= SHORT_LINES; i++) {
      byte[] line = (i + "\n").getBytes(StandardCharsets.US_ASCII);
      digest.update(line);
      bytes += line.length;
    }
    Summary all = read(job, ReadRequest.ALL);
    assertThat(all.bytes()).isEqualTo(bytes);
    assertThat(all.sha256()).isEqualTo(HexFormat.of().formatHex(digest.digest()));
    assertThat(all.chunks()).isLessThan(SHORT_LINES / 100);
    assertThat(text(job, SO_FAR.withTailLines(3L)))
        .isEqualTo("%d\n%d\n%d\n".formatted(SHORT_LINES - 2, SHORT_LINES - 1, SHORT_LINES));
  }

  @Test
  void theLinesOfTwoStreamsThatInterruptEachOtherAreWhole() throws Exception {
    Job job = inTurns("printf fir", "echo oops >&2", "echo st", "echo more >&2");
    ReadRequest stdout = SO_FAR.withStreams(Set.of(OutputStreamKind.STDOUT));
    assertThat(text(job, stdout.withTailLines(1L))).isEqualTo("first\n");
    assertThat(text(job, SO_FAR.withTailLines(2L))).isEqualTo("first\nmore\n");
  }

  /**
   * A job that has printed by each of {@code commands}, of which none began before what the one
   * before it printed was taken, with a time of its own.
   */
  private Job inTurns(String... commands) throws Exception {
    Gate gate = test.gate();
    Job job = test.sh(String.join("; " + gate.pass() + "; ", commands));
    try (Follower follower = job.follow(ReadRequest.ALL)) {
      for (int i = 1; i < commands.length; i++) {
        assertThat(follower.take()).isInstanceOf(OutputEvent.Chunk.class);
        gate.open();
      }
    }
    job.await();
    return job;
  }

  /** With two pipes, jobd would read what they hold one after the other. */
  @Test
  void mergedStreamsAreInTheOrderInWhichTheyWereWritten() throws Exception {
    int lines = 2_000;
    String script = "syswrite($_ % 2 ? STDOUT : STDERR, \"$_\\n\") for 1.." + lines;
    Job job =
        test.worker()
            .start(
                TestWorker.ALICE,
                JobSpec.builder(List.of("perl", "-e", script)).mergeOutput(true).build());
    job.await();
    String written = IntStream.rangeClosed(1, lines).mapToObj(i -> i + "\n").collect(joining());
    ReadRequest stdout = SO_FAR.withStreams(Set.of(OutputStreamKind.STDOUT));
    assertThat(text(job, stdout)).isEqualTo(written);
  }

  @Test
  void aTimeDividesTheOutput() throws Exception {
    Job job = inTurns("echo one", "echo two");
    Instant between;
    try (Follower follower = job.follow(ReadRequest.ALL)) {
      OutputEvent.Chunk chunk = (OutputEvent.Chunk) follower.take();
      between = chunk.reads().getLast().time();
    }
    assertThat(text(job, ReadRequest.ALL.withSince(between))).isEqualTo("two\n");
    assertThat(text(job, ReadRequest.ALL.withUntil(between))).isEqualTo("one\n");
    assertThat(between).isBetween(job.record().createdAt(), Instant.now());
  }

  @Test
  void aFollowerUntilATimeLeavesAJobThatRunsOn() throws Exception {
    Job job = test.sh("echo one; exec sleep 300");
    TestWorker.firstOutput(job);
    assertThat(text(job, ReadRequest.ALL.withUntil(Instant.now().plusMillis(100))))
        .isEqualTo("one\n");
    assertThat(job.state()).isInstanceOf(JobState.Running.class);
  }
}
