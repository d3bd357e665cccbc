package dev.jobd.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobExitCodeTest {
  @ParameterizedTest
  @CsvSource({"exec, 2, 127", "exec, 13, 126", "exec, 8, 126", "chdir, 2, 125"})
  void aJobThatNeverRanGivesWhatAShellWould(String step, int errno, int code) {
    assertThat(JobExitCode.ofFailure(step, errno)).isEqualTo(code);
  }

  @Test
  void aJobThatASignalEndedGivesWhatAShellWould() {
    assertThat(JobExitCode.ofSignal(9)).isEqualTo(137);
  }
}
