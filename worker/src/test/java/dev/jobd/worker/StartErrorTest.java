package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Verdict;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What becomes of a job where jobd itself goes wrong in the middle of its start. */
final class StartErrorTest {
  private static final Limits OUTPUT = new Limits(null, null, null, null, 10_000L);
  private static final Quotas ONE_OUTPUT = new Quotas(null, null, null, null, 10_000L, null);

  @Test
  void anErrorOfJobdsOwnFailsTheJobAndLeavesNothingOfIt() throws Exception {
    try (TestWorker test = TestWorker.open()) {
      LimitPolicy policy = LimitPolicy.of(OUTPUT, Limits.NONE, ONE_OUTPUT);
      test.restart(config -> with(new BrokenLogger("by quota"), config.withLimits(policy)));
      test.sh("echo has to make room for the next").await();

      assertThatThrownBy(() -> test.start(shell("sleep 1000").name("db")))
          .isInstanceOfSatisfying(
              LaunchException.class,
              e -> {
                assertThat(e.failure().step()).isEqualTo("output");
                assertThat(e.failure().message()).doesNotContain(BrokenLogger.WORDS);
              });

      JobState failed = test.worker().list(JobQuery.ALL).items().getFirst().state();
      assertThat(((JobState.Ended) failed).verdict()).isInstanceOf(Verdict.Failed.class);
      assertThat(test.start(shell("true").name("db")).await().verdict())
          .as("its name and its part of the quota are free")
          .isEqualTo(new Verdict.Exited(0));
    }
  }

  private static WorkerConfig with(System.Logger logger, WorkerConfig config) {
    return new WorkerConfig(
        config.stateDirectory(),
        config.shim(),
        config.limits(),
        config.retention(),
        config.chunkBytes(),
        logger,
        config.observer());
  }

  /** Fails at the message that begins so. */
  private record BrokenLogger(String at) implements System.Logger {
    static final String WORDS = "no such bundle";

    @Override
    public String getName() {
      return "broken";
    }

    @Override
    public boolean isLoggable(Level level) {
      return true;
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String message,
        @Nullable Throwable thrown) {
      if (message != null && message.startsWith(at)) {
        throw new IllegalStateException(WORDS);
      }
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String format,
        @Nullable Object... values) {
      log(level, bundle, format, (Throwable) null);
    }
  }
}
