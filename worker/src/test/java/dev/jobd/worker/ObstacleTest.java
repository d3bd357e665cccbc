package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;

/** What the owner of a job is told that could not be launched. */
class ObstacleTest {
  @Test
  void theKernelsWordsAreToldWithoutThePath() {
    IOException full =
        new FileSystemException("/var/lib/jobd/jobs/1", null, "No space left on device");
    assertThat(new Obstacle("directory", full).verdict())
        .isEqualTo(new Verdict.Failed("directory", 0, "No space left on device"));
  }

  @Test
  void whatIsNotTheKernelsIsForTheLog() {
    assertThat(new Obstacle("output", new IOException("/secret: broken")).verdict().message())
        .doesNotContain("secret")
        .contains("log");
  }
}
