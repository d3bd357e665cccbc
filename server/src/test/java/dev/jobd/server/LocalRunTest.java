package dev.jobd.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.Verdict;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalRunTest {
  /** The table of jobctl's ExitCodeTest: {@code jobd run} and {@code jobctl run} agree. */
  @ParameterizedTest
  @CsvSource({"exec, 2, 127", "exec, 13, 126", "exec, 8, 126", "chdir, 2, 125"})
  void aJobThatNeverRanGivesWhatAShellWould(String step, int errno, int code) {
    assertThat(LocalRun.exitCode(new Verdict.Failed(step, errno, "why"))).isEqualTo(code);
  }
}
