package dev.jobd.worker.model;

import static dev.jobd.worker.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.JobState.Command;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobStateTest {
  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void aCommandThatRanHadAProcess(int pid) {
    assertRefused("command.pid", () -> new Command(pid, Instant.EPOCH));
  }

  @Test
  void aStopIsAskedForBySomebody() {
    Command command = new Command(1, Instant.EPOCH);
    assertThat(new JobState.Stopping(command, "bob", 15, Duration.ofSeconds(10)).requestedBy())
        .isEqualTo("bob");
    for (String nobody : new String[] {"", "a\nb", "x".repeat(Owner.MAX_BYTES + 1), "\uD83D"}) {
      assertRefused(
          "stopping.requested_by",
          () -> new JobState.Stopping(command, nobody, 15, Duration.ofSeconds(10)));
    }
  }

  @Test
  void outputIsNotLessThanNothing() {
    assertRefused("output.kept", () -> new OutputSize(-1, 0));
    assertRefused("output.dropped", () -> new OutputSize(0, -1));
    assertThat(new OutputSize(Long.MAX_VALUE, Long.MAX_VALUE).kept()).isEqualTo(Long.MAX_VALUE);
  }
}
