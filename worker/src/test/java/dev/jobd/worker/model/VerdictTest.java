package dev.jobd.worker.model;

import static dev.jobd.worker.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.Verdict.Cause;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerdictTest {
  @ParameterizedTest
  @ValueSource(ints = {-1, 256, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void anExitCodeIsOneByte(int code) {
    assertRefused("exited.code", () -> new Verdict.Exited(code));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 65, 127})
  void aSignalIsOneOfTheKernels(int signal) {
    assertRefused("killed.signal", () -> new Verdict.Killed(signal, Cause.OTHER, null));
  }

  @ParameterizedTest
  @EnumSource(value = Cause.class, mode = EnumSource.Mode.EXCLUDE, names = "STOP_REQUEST")
  void nobodyStoppedWhatNoStopEnded(Cause cause) {
    assertRefused("killed.stopped_by", () -> new Verdict.Killed(9, cause, "bob"));
    assertThat(new Verdict.Killed(9, cause, null).stoppedBy()).isNull();
  }

  @Test
  void whoStoppedIsKnownOrNotButHasAName() {
    assertThat(new Verdict.Killed(1, Cause.STOP_REQUEST, "bob").stoppedBy()).isEqualTo("bob");
    assertThat(new Verdict.Killed(64, Cause.STOP_REQUEST, null).stoppedBy()).isNull();
    assertRefused("killed.stopped_by", () -> new Verdict.Killed(9, Cause.STOP_REQUEST, ""));
    assertRefused(
        "killed.stopped_by",
        () -> new Verdict.Killed(9, Cause.STOP_REQUEST, "x".repeat(Owner.MAX_BYTES + 1)));
  }

  @Test
  void aFailureHasAStepAndMayHaveNoErrno() {
    assertRefused("failed.step", () -> new Verdict.Failed("", 2, "x"));
    assertRefused("failed.errno", () -> new Verdict.Failed("exec", -1, "x"));
    assertThat(new Verdict.Failed("cgroup", 0, "").errno()).isZero();
  }

  @Test
  void aFailureNamesWhatItsStepWasAbout() {
    JobSpec spec = JobSpec.builder(List.of("make", "all")).workingDirectory("/src").build();
    assertThat(new Verdict.Failed("exec", 2, "why").inWords(spec))
        .isEqualTo("executing 'make': why");
    assertThat(new Verdict.Failed("chdir", 2, "why").inWords(spec))
        .isEqualTo("changing to directory '/src': why");
    assertThat(new Verdict.Failed("cgroup", 0, "why").inWords(spec)).isEqualTo("step cgroup: why");
    assertThat(new Verdict.Failed("exec", 2, "why").inWords(JobSpec.of("x".repeat(1000))))
        .hasSizeLessThan(160)
        .endsWith("…': why");
  }

  @Test
  void wordsThatFitStayAsTheyAre() {
    String fitting = "ä".repeat(Verdict.MAX_REASON_BYTES / 2);
    assertThat(new Verdict.Lost(fitting).reason()).isEqualTo(fitting);
    assertThat(new Verdict.Failed("exec", 2, fitting).message()).isEqualTo(fitting);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "ä", "日", "\uD83D\uDE00"})
  void longWordsAreCutBetweenCharacters(String character) {
    for (String shift : new String[] {"", "1", "12", "123"}) {
      String words = shift + character.repeat(Verdict.MAX_REASON_BYTES + 1);
      assertCut(words, new Verdict.Lost(words).reason(), Verdict.MAX_REASON_BYTES);
      Verdict.Failed failed = new Verdict.Failed(words, 2, words);
      assertCut(words, failed.step(), Verdict.MAX_STEP_BYTES);
      assertCut(words, failed.message(), Verdict.MAX_REASON_BYTES);
    }
  }

  private static void assertCut(String whole, String cut, int maxBytes) {
    assertThat(cut.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(maxBytes - 3, maxBytes);
    assertThat(cut).endsWith("…").doesNotContain("\uFFFD");
    assertThat(whole).startsWith(cut.substring(0, cut.length() - 1));
  }

  @Test
  void halfASurrogatePairCostsNoVerdict() {
    assertThat(new Verdict.Lost("a\uD83Db").reason()).isEqualTo("a?b");
    assertThat(new Verdict.Failed("exec", 2, "\uDE00").message()).isEqualTo("?");
  }
}
