package dev.jobd.worker.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.JobState.Ended;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class DocumentsTest {
  private static final String STATE_1 =
      "0104010000109218ea008b6316cd1618ea008b6316cd1502000000090000000c53544f505f524551"
          + "554553540100000003626f62";
  private static final String STOPPING_1 = "01030000109218ea008b6316cd1600000003626f62";
  private static final String STATE_2 = "02" + STATE_1.substring(2);

  /** Of a usage of which nothing is known. */
  private static final String STATE_3 = "03" + STATE_1.substring(2) + "00".repeat(12);

  private static final String SPEC_1 =
      "0100000002000000027368000000022d630000000100000001410000000162000000012f01000000"
          + "016e00000001000000016b00000001760100000000000001f4000100000000000000400100000000"
          + "3b9aca0000";
  private static final String SPEC_2 = "02" + SPEC_1.substring(2) + "00";
  private static final String SPEC_3 = "03" + SPEC_1.substring(2) + "000000000000" + "00";
  private static final String SPEC_4 = "04" + SPEC_3.substring(2) + "0000";
  private static final String LIMITS_1 = "0101000000000000000a00000000";

  @Test
  void everyStateComesBackAsItWas() throws IOException {
    for (JobState state : Samples.states()) {
      assertThat(StateDocument.decode(StateDocument.encode(state))).isEqualTo(state);
    }
  }

  @Test
  void samplesLeaveOutNoKindOfStateOrVerdict() {
    Set<Class<?>> states =
        Samples.states().stream().map(Object::getClass).collect(Collectors.toSet());
    Set<Class<?>> verdicts =
        Samples.verdicts().stream().map(Object::getClass).collect(Collectors.toSet());

    assertThat(states).containsExactlyInAnyOrder(JobState.class.getPermittedSubclasses());
    assertThat(verdicts).containsExactlyInAnyOrder(Verdict.class.getPermittedSubclasses());
  }

  @Test
  void everySpecificationComesBackAsItWas() throws IOException {
    for (JobSpec spec : Samples.specs()) {
      JobSpec decoded = SpecDocument.decode(SpecDocument.encode(spec));

      assertThat(decoded).isEqualTo(spec);
      assertThat(List.copyOf(decoded.env().keySet())).isEqualTo(List.copyOf(spec.env().keySet()));
    }
  }

  @Test
  void everyLimitComesBackAsItWas() throws IOException {
    for (Limits limits : Samples.limits()) {
      assertThat(LimitsDocument.decode(LimitsDocument.encode(limits))).isEqualTo(limits);
    }
  }

  /**
   * Bytes as earlier versions wrote them: if this fails, records of earlier jobds became
   * unreadable.
   */
  @Test
  void earlierVersionsStayReadable() throws IOException {
    JobState state =
        new Ended(
            Samples.COMMAND,
            Samples.TIME,
            new Verdict.Killed(9, Verdict.Cause.STOP_REQUEST, "bob"));
    JobSpec spec =
        JobSpec.builder(List.of("sh", "-c"))
            .env(Map.of("A", "b"))
            .name("n")
            .labels(Map.of("k", "v"))
            .limits(new Limits(500L, null, 64L, Duration.ofSeconds(1), null))
            .build();

    assertThat(StateDocument.decode(HexFormat.of().parseHex(STATE_1))).isEqualTo(state);
    assertThat(StateDocument.decode(HexFormat.of().parseHex(STATE_2))).isEqualTo(state);
    assertThat(SpecDocument.decode(HexFormat.of().parseHex(SPEC_1))).isEqualTo(spec);
    assertThat(SpecDocument.decode(HexFormat.of().parseHex(SPEC_2))).isEqualTo(spec);
    assertThat(SpecDocument.decode(HexFormat.of().parseHex(SPEC_3))).isEqualTo(spec);
    assertThat(LimitsDocument.decode(HexFormat.of().parseHex(LIMITS_1)))
        .isEqualTo(Limits.builder().cpuMillis(10L).build());
    assertThat(StateDocument.decode(HexFormat.of().parseHex(STOPPING_1)))
        .isEqualTo(new JobState.Stopping(Samples.COMMAND, "bob", 15, Duration.ofSeconds(10)));
    assertThat(HexFormat.of().formatHex(StateDocument.encode(state))).isEqualTo(STATE_3);
    assertThat(HexFormat.of().formatHex(SpecDocument.encode(spec))).isEqualTo(SPEC_4);
  }

  @Test
  void unknownVersionIsCorrupt() throws IOException {
    byte[] state = StateDocument.encode(new JobState.Starting());
    state[0] = 4;

    assertThatThrownBy(() -> StateDocument.decode(state))
        .isInstanceOf(CorruptDocumentException.class)
        .hasMessage("state: its version is 4, known is 3");
  }

  @Test
  void everyTruncationIsCorrupt() throws IOException {
    for (JobState state : Samples.states()) {
      byte[] whole = StateDocument.encode(state);
      for (int length = 0; length < whole.length; length++) {
        byte[] part = Arrays.copyOf(whole, length);
        assertThatThrownBy(() -> StateDocument.decode(part))
            .isInstanceOf(CorruptDocumentException.class);
      }
    }
  }

  @Test
  void bytesAfterTheEndAreCorrupt() throws IOException {
    byte[] state = StateDocument.encode(new JobState.Starting());

    assertThatThrownBy(() -> StateDocument.decode(Arrays.copyOf(state, state.length + 1)))
        .isInstanceOf(CorruptDocumentException.class)
        .hasMessageContaining("goes on for 1 bytes after its end");
  }

  @Test
  void anyChangedByteGivesAValidValueOrIsCorrupt() throws IOException {
    byte[] spec = SpecDocument.encode(Samples.full());
    for (int i = 0; i < spec.length; i++) {
      for (int value = 0; value < 256; value++) {
        byte[] changed = spec.clone();
        changed[i] = (byte) value;
        decodeOrCorrupt(changed);
      }
    }
  }

  /** As an earlier jobd, or nobody, may have written them. */
  @Test
  void valueThatTheModelRefusesIsCorruptAndNamed() throws IOException {
    byte[] code = StateDocument.encode(new Ended(null, Samples.TIME, new Verdict.Exited(7)));
    code[code.length - 12 - 2] = 1; // before the twelve parts of a usage that is not known
    byte[] pid = StateDocument.encode(new JobState.Running(Samples.COMMAND));
    pid[2] = -1;
    byte[] by =
        StateDocument.encode(
            new JobState.Stopping(Samples.COMMAND, "b", 15, Duration.ofSeconds(10)));
    by[by.length - Integer.BYTES - Long.BYTES - 1] = '\n';

    assertCorrupt(code, "state: exited.code: must be 0 to 255, was 263");
    assertCorrupt(pid, "state: command.pid: must be at least 1, was ");
    assertCorrupt(by, "state: stopping.requested_by: must not hold control characters");
  }

  private static void assertCorrupt(byte[] state, String message) {
    assertThatThrownBy(() -> StateDocument.decode(state))
        .isInstanceOf(CorruptDocumentException.class)
        .hasMessageStartingWith(message);
  }

  private static void decodeOrCorrupt(byte[] document) {
    try {
      assertThat(SpecDocument.decode(document)).isNotNull();
    } catch (CorruptDocumentException e) {
      assertThat(e).hasMessageStartingWith("specification: ");
    }
  }

  @Test
  void halfASurrogatePairIsRefusedRatherThanReplaced() {
    assertThatThrownBy(() -> new DocumentOutput(1).writeText("\uD83D"))
        .isInstanceOf(CharacterCodingException.class);
  }

  @Test
  void timeOutOfRangeIsRefused() {
    Ended ended = new Ended(null, Instant.MAX, new Verdict.Exited(0));

    assertThatThrownBy(() -> StateDocument.encode(ended))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not between 1677 and 2262");
  }
}
