package dev.jobd.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobPhase;
import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.Limits;
import dev.jobd.api.v1.Usage;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopTableTest {
  private static final long SECOND = 1_000_000_000;
  private static final Instant AT = Instant.ofEpochSecond(1000);

  @Test
  void theBusiestComesFirstWithItsRates() {
    Job idle = job("aaaaaaaa-1", "idle", 7, 2 << 20);
    Job busy = job("bbbbbbbb-2", "busy", 10, 1 << 20);

    List<String> lines =
        new TopTable(true)
            .lines(
                List.of(new UsageSample(idle, 0), new UsageSample(busy, 0)),
                List.of(
                    new UsageSample(idle, 2 * SECOND),
                    new UsageSample(later(busy, 3, 4096, 1 << 20), 2 * SECOND)),
                AT);

    assertThat(lines)
        .containsExactly(
            "ID        NAME  OWNER  STATUS    CPU%  MEMORY  MEM-LIMIT  PIDS  READ/S  WRITE/S "
                + " OUTPUT/S   TIME  COMMAND",
            "bbbbbbbb  busy  alice  running  150.0      1M       512M     3      2K     512K "
                + "       50  15:00  sleep 60",
            "aaaaaaaa  idle  alice  running    0.0      2M       512M     3       0        0 "
                + "        0  15:00  sleep 60");
  }

  @Test
  void whatIsNotKnownIsADash() {
    Job unknown =
        Job.newBuilder().setId("cccccccc-3").setPhase(JobPhase.JOB_PHASE_STARTING).build();

    assertThat(new TopTable(false).lines(List.of(), List.of(new UsageSample(unknown, 0)), AT))
        .containsExactly(
            "ID        NAME  STATUS    CPU%  MEMORY  MEM-LIMIT  PIDS  READ/S  WRITE/S  OUTPUT/S "
                + " TIME  COMMAND",
            "cccccccc  -     starting     -       -          -     -       -        -         - "
                + "    -  -");
  }

  @ParameterizedTest
  @CsvSource({
    "false, 60, ID NAME CPU% MEMORY TIME COMMAND",
    "false, 80, ID NAME STATUS CPU% MEMORY PIDS TIME COMMAND",
    "false, 100, ID NAME STATUS CPU% MEMORY PIDS READ/S WRITE/S TIME COMMAND",
    "false, 132, ID NAME STATUS CPU% MEMORY MEM-LIMIT PIDS READ/S WRITE/S OUTPUT/S TIME COMMAND",
    "true, 80, ID NAME OWNER CPU% MEMORY TIME COMMAND"
  })
  void aNarrowWindowHasTheTimeAndTheCommandInAnyCase(boolean owners, int width, String headings) {
    UsageSample sample = new UsageSample(job("aaaaaaaa-1", "n".repeat(64), 7, 2 << 20), 0);

    List<String> lines = new TopTable(owners).lines(List.of(), List.of(sample), AT, width);

    assertThat(lines.getFirst().split(" +")).containsExactly(headings.split(" "));
    assertThat(lines).last().asString().endsWith(" 15:00  sleep 60").contains("nn… ");
    assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(width));
  }

  @Test
  void whatTheJobsAreMovesNoColumn() {
    UsageSample small = new UsageSample(job("aaaaaaaa-1", "a", 7, 1), 0);
    UsageSample large =
        new UsageSample(
            later(job("aaaaaaaa-1", "n".repeat(64), 8, 1023 << 20), 40, 1 << 20, 1 << 30), SECOND);
    TopTable table = new TopTable(true);

    assertThat(table.lines(List.of(small), List.of(large), AT, 150).getFirst())
        .isEqualTo(table.lines(List.of(), List.of(), AT, 150).getFirst())
        .isEqualTo(table.lines(List.of(), List.of(small), AT, 150).getFirst());
  }

  @Test
  void aCounterThatFellIsNoRate() {
    Job job = job("aaaaaaaa-1", "again", 9, 1 << 20);

    assertThat(
            new TopTable(false)
                .lines(
                    List.of(new UsageSample(job, 0)),
                    List.of(new UsageSample(job("aaaaaaaa-1", "again", 1, 1 << 20), SECOND)),
                    AT)
                .getLast())
        .contains("  0.0  ");
  }

  @Test
  void aNameCannotActOnTheTerminal() {
    Job job = job("aaaaaaaa-1", "x\u001b[2J\n", 9, 1 << 20);

    assertThat(new TopTable(false).lines(List.of(), List.of(new UsageSample(job, 0)), AT))
        .hasSize(2)
        .last()
        .asString()
        .contains("x\\u001b[2J\\n");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1023, 1023",
    "1024, 1K",
    "1536, 1.5K",
    "10188, 9.9K",
    "10230, 10K",
    "1048575, 1M",
    "536870912, 512M",
    "1600000000, 1.5G",
    "1152921504606846976, 1E"
  })
  void bytesTakeFewCharacters(double bytes, String text) {
    assertThat(Amount.bytes(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"PT7.9S, 0:07", "PT12M34S, 12:34", "PT1H2M3S, 1:02:03", "PT76H, 3d04h"})
  void timesTakeFewCharacters(java.time.Duration time, String text) {
    assertThat(Amount.time(time)).isEqualTo(text);
  }

  @Test
  void aPictureFitsTheWindow() {
    assertThat(Picture.of(List.of("heading", "a🙂cdef", "cut off"), null, 3, 4))
        .isEqualTo("\u001b[Hhead\u001b[K\na🙂cd\u001b[K\n\u001b[J");
  }

  @Test
  void aNoteIsShownHoweverManyLinesThereAre() {
    assertThat(Picture.of(List.of("1", "2", "3"), "note", 3, 9))
        .isEqualTo("\u001b[H1\u001b[K\nnote\u001b[K\n\u001b[J");
    assertThat(Picture.of(List.of("1"), "note", 1, 9)).contains("note");
  }

  private static Job job(String id, String name, long cpuSeconds, long memory) {
    return Job.newBuilder()
        .setId(id)
        .setOwner("alice")
        .setPhase(JobPhase.JOB_PHASE_RUNNING)
        .setStartTime(Timestamp.newBuilder().setSeconds(100))
        .setSpec(
            JobSpec.newBuilder()
                .setName(name)
                .addArgv("sleep")
                .addArgv("60")
                .setLimits(Limits.newBuilder().setMemoryBytes(512 << 20)))
        .setOutputBytes(100)
        .setUsage(
            Usage.newBuilder()
                .setUserTime(Duration.newBuilder().setSeconds(cpuSeconds))
                .setSystemTime(Duration.getDefaultInstance())
                .setMemoryBytes(memory)
                .setPids(3)
                .setReadBytes(0)
                .setWrittenBytes(0))
        .build();
  }

  private static Job later(Job job, long cpuSeconds, long read, long written) {
    Job.Builder later = job.toBuilder().setOutputBytes(job.getOutputBytes() + 100);
    later
        .getUsageBuilder()
        .setSystemTime(Duration.newBuilder().setSeconds(cpuSeconds))
        .setReadBytes(read)
        .setWrittenBytes(written);
    return later.build();
  }
}
