package dev.jobd.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobPhase;
import dev.jobd.api.v1.KillCause;
import dev.jobd.api.v1.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusWordsTest {

  @ParameterizedTest
  @CsvSource({
    "JOB_PHASE_STARTING, starting",
    "JOB_PHASE_RUNNING, running",
    "JOB_PHASE_STOPPING, stopping",
    "JOB_PHASE_UNSPECIFIED, unknown"
  })
  void aLiveJobIsToldByItsPhase(JobPhase phase, String words) {
    assertThat(StatusWords.of(Job.newBuilder().setPhase(phase).build())).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({
    "KILL_CAUSE_STOP_REQUEST, 9, stopped (signal: 9)",
    "KILL_CAUSE_OTHER, 11, killed (signal: 11)",
    "KILL_CAUSE_UNSPECIFIED, 6, killed (signal: 6)",
    "KILL_CAUSE_OUT_OF_MEMORY, 9, out of memory (signal: 9)",
    "KILL_CAUSE_TIMEOUT, 9, timed out (signal: 9)"
  })
  void aKilledJobIsToldByCauseAndSignal(KillCause cause, int signal, String words) {
    assertThat(
            ended(
                Verdict.newBuilder()
                    .setKilled(Verdict.Killed.newBuilder().setCause(cause).setSignal(signal))))
        .isEqualTo(words);
  }

  @Test
  void aCommandThatExitedIsToldByItsCode() {
    assertThat(ended(Verdict.newBuilder().setExited(Verdict.Exited.newBuilder().setCode(0))))
        .isEqualTo("finished (exit code: 0)");
  }

  @Test
  void aCommandThatNeverRanIsToldByStepAndError() {
    assertThat(
            ended(
                Verdict.newBuilder()
                    .setFailed(
                        Verdict.Failed.newBuilder()
                            .setStep("exec")
                            .setErrno(2)
                            .setMessage("No such file or directory"))))
        .isEqualTo("failed (exec: No such file or directory)");
  }

  @Test
  void aLostJobIsToldInOneLine() {
    assertThat(
            ended(
                Verdict.newBuilder()
                    .setLost(Verdict.Lost.newBuilder().setReason("the host\nrestarted"))))
        .isEqualTo("lost (the host\\nrestarted)");
  }

  @Test
  void aVerdictThatOnlyANewerServerKnowsIsAnEnd() {
    assertThat(ended(Verdict.newBuilder())).isEqualTo("ended");
  }

  private static String ended(Verdict.Builder verdict) {
    return StatusWords.of(
        Job.newBuilder().setPhase(JobPhase.JOB_PHASE_ENDED).setVerdict(verdict).build());
  }
}
