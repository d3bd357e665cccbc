package dev.jobd.worker.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExitRecordTest {
  private static final String BODY =
      """
      jobd-exit 1
      step exec
      errno 2
      pid 42
      started 1700000000000000001
      ended 1700000000500000000
      status 1792
      user_us 5
      system_us 6
      stop_signal 15
      timed_out 0
      survivors 1
      journal_failed 0
      oom_kills 3
      output 10
      dropped 20
      """;

  @TempDir Path directory;

  private static String sealed(String body) {
    CRC32 crc = new CRC32();
    crc.update(body.getBytes(StandardCharsets.US_ASCII));
    return body + "crc32 %08x\n".formatted(crc.getValue());
  }

  @Test
  void readsWhatTheShimWrote() {
    ExitRecord record = ExitRecord.parse(sealed(BODY));
    assertThat(record)
        .isEqualTo(
            new ExitRecord(
                "exec",
                2,
                42,
                Instant.ofEpochSecond(1_700_000_000, 1),
                Instant.ofEpochSecond(1_700_000_000, 500_000_000),
                1792,
                15,
                false,
                true,
                false,
                3,
                10,
                20));
    assertThat(record.exitCode()).isEqualTo(7);
    assertThat(record.signaled()).isFalse();
  }

  @Test
  void aRecordCutOffAnywhereIsDamaged() {
    String whole = sealed(BODY);
    for (int length = 0; length < whole.length(); length++) {
      String cut = whole.substring(0, length);
      assertThatThrownBy(() -> ExitRecord.parse(cut)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aRecordWithOneBitTurnedIsDamaged() {
    byte[] whole = sealed(BODY).getBytes(StandardCharsets.US_ASCII);
    for (int at = 0; at < whole.length; at++) {
      whole[at] ^= 1;
      String turned = new String(whole, StandardCharsets.US_ASCII);
      assertThatThrownBy(() -> ExitRecord.parse(turned))
          .isInstanceOf(IllegalArgumentException.class);
      whole[at] ^= 1;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "step exec, step",
    "errno 2, errno -2",
    "pid 42, pid 0",
    "pid 42, pid -1",
    "status 1792, status 65",
    "status 1792, status 127",
    "output 10, output -1",
    "dropped 20, dropped -1"
  })
  void aRecordThatNoVerdictCouldBeMadeOfIsDamaged(String line, String invalid) {
    String body = BODY.replace(line, invalid.equals("step") ? "step " : invalid);
    assertThatThrownBy(() -> ExitRecord.parse(sealed(body)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("its \"" + line.substring(0, line.indexOf(' ')) + "\" is not");
  }

  @Test
  void aRecordOfALaterVersionIsNamedAsSuch() throws IOException {
    Files.writeString(directory.resolve("exit"), "jobd-exit 2\nanything\n");
    assertThatThrownBy(() -> ExitRecord.read(directory))
        .isInstanceOf(UnreadableRecordException.class)
        .hasMessage(
            "its exit record is of version 2, which a later jobd wrote and this one does not know");
  }

  @Test
  void anAbsentRecordIsNotADamagedOne() throws IOException {
    assertThat(ExitRecord.read(directory)).isEmpty();
    Files.writeString(directory.resolve("exit"), "jobd-exit 1\nnonsense\n");
    assertThatThrownBy(() -> ExitRecord.read(directory))
        .isInstanceOf(UnreadableRecordException.class)
        .hasMessage("its exit record is damaged: its checksum does not match");
  }
}
