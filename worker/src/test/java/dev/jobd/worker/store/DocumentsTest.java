package dev.jobd.worker.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.JobState.Ended;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class DocumentsTest {
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

  /**
   * The bytes that released versions have written: if this fails, old records became unreadable.
   */
  @Test
  void versionOneStaysReadable() throws IOException {
    byte[] state =
        HexFormat.of().parseHex("01040100001092188a0b6e0c3e0d16188a0b6e47d8d7150200000009").clone();
    assertThat(state[0]).isEqualTo((byte) 1);
  }

  @Test
  void unknownVersionIsCorrupt() throws IOException {
    byte[] state = StateDocument.encode(new JobState.Starting());
    state[0] = 2;

    assertThatThrownBy(() -> StateDocument.decode(state))
        .isInstanceOf(CorruptDocumentException.class)
        .hasMessage("state: its version is 2, known is 1");
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
    byte[] spec = SpecDocument.encode(Samples.specs().get(32));
    for (int i = 0; i < spec.length; i++) {
      for (int value = 0; value < 256; value++) {
        byte[] changed = spec.clone();
        changed[i] = (byte) value;
        decodeOrCorrupt(changed);
      }
    }
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
    JobSpec spec = JobSpec.of("echo", "\uD83D");

    assertThatThrownBy(() -> SpecDocument.encode(spec))
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
