package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.launch.ExitRecord;
import dev.jobd.worker.model.Verdict;
import dev.jobd.worker.model.Verdict.Cause;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictsTest {
  private static ExitRecord exit(int status, int stopSignal, boolean timedOut, long oomKills) {
    return new ExitRecord(
        null,
        0,
        7,
        Instant.EPOCH,
        Instant.EPOCH,
        status,
        stopSignal,
        timedOut,
        false,
        false,
        oomKills,
        0,
        0);
  }

  @ParameterizedTest
  @CsvSource({
    // signal, stop signal, timed out, oom kills, cause
    "9,  0, false, 0, OTHER",
    "11, 0, false, 0, OTHER",
    "9,  9, false, 0, STOP_REQUEST",
    "15, 15, false, 0, STOP_REQUEST",
    "9,  15, false, 0, STOP_REQUEST",
    "11, 15, false, 0, OTHER",
    "9,  0, true, 0, TIMEOUT",
    "15, 0, true, 0, OTHER",
    "9,  0, false, 1, OUT_OF_MEMORY",
    "6,  0, false, 1, OTHER",
    "9,  9, true, 1, STOP_REQUEST",
    "9,  0, true, 1, TIMEOUT",
  })
  void aSignalHasTheFirstCauseThatExplainsIt(
      int signal, int stopSignal, boolean timedOut, long oomKills, Cause cause) {
    assertThat(Verdicts.of(exit(signal, stopSignal, timedOut, oomKills), "bob"))
        .isEqualTo(new Verdict.Killed(signal, cause, cause == Cause.STOP_REQUEST ? "bob" : null));
  }

  @Test
  void anExitCodeIsWhatItIsWhateverElseHappened() {
    assertThat(Verdicts.of(exit(137 << 8, 9, true, 3), "bob")).isEqualTo(new Verdict.Exited(137));
  }

  @Test
  void aCoreDumpIsNoPartOfTheSignal() {
    assertThat(Verdicts.of(exit(0x80 | 11, 0, false, 0), null))
        .isEqualTo(new Verdict.Killed(11, Cause.OTHER, null));
  }

  @Test
  void nothingIsInventedWhereNobodySawTheStatus() {
    assertThat(Verdicts.of(exit(ExitRecord.STATUS_UNKNOWN, 9, false, 0), "bob"))
        .isInstanceOf(Verdict.Lost.class);
  }
}
