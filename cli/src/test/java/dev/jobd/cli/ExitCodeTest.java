package dev.jobd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.JobExitCode;
import dev.jobd.api.v1.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExitCodeTest {

  @ParameterizedTest
  @CsvSource({"0", "7", "255"})
  void aCommandThatExitedGivesItsOwn(int code) {
    Verdict verdict =
        Verdict.newBuilder().setExited(Verdict.Exited.newBuilder().setCode(code)).build();
    assertThat(ExitCode.of(verdict)).isEqualTo(code);
  }

  @ParameterizedTest
  @CsvSource({"9, 137", "15, 143", "2, 130"})
  void aKilledOneGives128AndItsSignal(int signal, int code) {
    Verdict verdict =
        Verdict.newBuilder().setKilled(Verdict.Killed.newBuilder().setSignal(signal)).build();
    assertThat(ExitCode.of(verdict)).isEqualTo(code);
  }

  @ParameterizedTest
  @CsvSource({"exec, 2, 127", "exec, 13, 126", "exec, 8, 126", "chdir, 2, 125"})
  void oneThatNeverRanGivesWhatAShellWould(String step, int errno, int code) {
    Verdict verdict =
        Verdict.newBuilder()
            .setFailed(Verdict.Failed.newBuilder().setStep(step).setErrno(errno))
            .build();
    assertThat(ExitCode.of(verdict)).isEqualTo(code);
  }

  @Test
  void aLostOneIsAFailure() {
    Verdict verdict = Verdict.newBuilder().setLost(Verdict.Lost.getDefaultInstance()).build();
    assertThat(ExitCode.of(verdict)).isEqualTo(JobExitCode.LOST);
  }
}
