package dev.jobd.worker;

import static dev.jobd.worker.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.Owner;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StopRequestTest {
  @Test
  void somebodyWithANameAsks() {
    assertThat(StopRequest.kill("bob")).isEqualTo(new StopRequest("bob", 9, Duration.ZERO));
    for (String nobody :
        new String[] {"", "a\nb", "\u202ebob", "\uD83D", "x".repeat(Owner.MAX_BYTES + 1)}) {
      assertRefused("by", () -> StopRequest.kill(nobody));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 65})
  void theSignalIsOneOfTheKernels(int signal) {
    assertRefused("signal", () -> new StopRequest("bob", signal, Duration.ZERO));
  }

  @Test
  void theGraceIsBounded() {
    assertRefused("grace", () -> new StopRequest("bob", 15, Duration.ofNanos(-1)));
    assertRefused("grace", () -> new StopRequest("bob", 15, StopRequest.MAX_GRACE.plusNanos(1)));
  }
}
