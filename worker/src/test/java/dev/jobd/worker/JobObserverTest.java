package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Verdict;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Of real jobs. */
class JobObserverTest {
  private static final int BOUND_SECONDS = 60;

  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

  private final JobObserver observer =
      new JobObserver() {
        @Override
        public void started(JobRecord job) {
          told.add("started " + job.spec().name());
        }

        @Override
        public void stopAsked(JobRecord job, StopRequest request) {
          told.add("stop of " + job.spec().name() + " by " + request.by());
        }

        @Override
        public void ended(JobRecord job) {
          Verdict verdict = ((JobState.Ended) job.state()).verdict();
          told.add("ended " + job.spec().name() + " " + verdict.getClass().getSimpleName());
        }
      };

  private String next() throws InterruptedException {
    return told.poll(BOUND_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void isToldOfEachJobInOrder() throws Exception {
    try (TestWorker test = TestWorker.open()) {
      test.restart(config -> config.withObserver(observer));

      for (int i = 0; i < 20; i++) {
        test.start(shell("true").name("short"));
        assertThat(next()).isEqualTo("started short");
        assertThat(next()).isEqualTo("ended short Exited");
      }
      Job job = test.start(shell("sleep 1000").name("long"));
      job.stop(StopRequest.kill("bob"));
      assertThat(next()).isEqualTo("started long");
      assertThat(next()).isEqualTo("stop of long by bob");
      assertThat(next()).isEqualTo("ended long Killed");
      assertThatThrownBy(() -> test.start(shell("true").name("none").workingDirectory("/none")))
          .isInstanceOf(LaunchException.class);
      assertThat(next()).as("what never ran has no start").isEqualTo("ended none Failed");
    }
    assertThat(told).isEmpty();
  }

  @Test
  void isToldTheEndOfAJobOfAnEarlierWorker() throws Exception {
    try (TestWorker test = TestWorker.open()) {
      Gate gate = test.gate();
      test.start(shell(gate.pass()).name("old"));
      test.restart(config -> config.withObserver(observer));
      gate.open();

      assertThat(next()).isEqualTo("ended old Exited");
    }
  }
}
