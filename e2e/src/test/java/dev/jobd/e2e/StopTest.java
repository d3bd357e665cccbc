package dev.jobd.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jobd.api.v1.GetJobRequest;
import dev.jobd.api.v1.JobPhase;
import dev.jobd.api.v1.StopJobRequest;
import dev.jobd.api.v1.StopJobResponse;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StopTest {
  @RegisterExtension static final DistServer server = new DistServer();

  private static final Duration GONE_AFTER_STOP = Duration.ofSeconds(1);
  private static final Duration STATUS_ANSWERS_WITHIN = Duration.ofMillis(500);

  @Test
  void aTreeThatForksTwiceAndLeavesItsSessionIsGoneASecondAfterStop() throws Exception {
    Jobctl alice = server.as("alice", "user");
    JobProcesses processes = JobProcesses.marked();
    String tree = "(setsid sh -c 'sleep 300 & sleep 300 & exec sleep 300' &); exec sleep 300";
    String id = alice.startJob("-e", processes.mark(), "--timeout", "5m", "--", "sh", "-c", tree);
    // The command, and the three that left its session and its parent.
    Eventually.within(Running.BOUND, () -> assertThat(processes.alive()).hasSizeGreaterThan(3));

    Outcome stop = alice.run("stop", id).succeeded();

    assertThat(stop.out()).isEmpty();
    Eventually.within(GONE_AFTER_STOP, () -> assertThat(processes.alive()).isEmpty());
    assertThat(Cgroups.named(id)).isEmpty();
    assertThat(alice.run("status", id).line()).isEqualTo("stopped (signal: 9)");
  }

  /** Who cannot fork ends, and makes room for who can: so it never dies out. */
  private static final String FORK_BOMB =
      "bomb() { while :; do bomb & done; }; bomb 2>/dev/null & echo lit; exec sleep 300";

  @Test
  void aForkBombIsKilledWholeAndStatusAnswersWhileItBurns() throws Exception {
    Jobctl alice = server.as("alice", "user");
    JobProcesses processes = JobProcesses.marked();
    String id =
        alice.startJob(
            "-e", processes.mark(), "--pids", "64", "--timeout", "5m", "--", "sh", "-c", FORK_BOMB);
    try (Api api = Api.connect(server, server.pki().user("alice", "user"));
        Running follower = alice.start("logs", id)) {
      follower.stdout().awaitLine(Running.BOUND);
      for (int i = 0; i < 100; i++) {
        assertThat(phase(api, id)).isEqualTo(JobPhase.JOB_PHASE_RUNNING);
      }

      alice.run("stop", id).succeeded();

      assertThat(phase(api, id)).isEqualTo(JobPhase.JOB_PHASE_ENDED);
      assertThat(processes.alive()).isEmpty();
      assertThat(Cgroups.named(id)).isEmpty();
    }
    assertThat(alice.run("status", id).line()).isEqualTo("stopped (signal: 9)");
  }

  @Test
  void aForkBombIsGoneTwoSecondsAfterStopAndStatusAnswersAllTheWhile() throws Exception {
    assumeTrue(
        Boolean.getBoolean("jobd.quiet"),
        "a time on a machine with other work means nothing: make accuracy");
    Jobctl alice = server.as("alice", "user");
    JobProcesses processes = JobProcesses.marked();
    String id =
        alice.startJob(
            "-e", processes.mark(), "--pids", "64", "--timeout", "5m", "--", "sh", "-c", FORK_BOMB);
    try (Api api = Api.connect(server, server.pki().user("alice", "user"));
        Running follower = alice.start("logs", id);
        ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor()) {
      follower.stdout().awaitLine(Running.BOUND);
      StopJobRequest stop = StopJobRequest.newBuilder().setJob(id).build();
      long asked = System.nanoTime();
      Future<StopJobResponse> stopped = calls.submit(() -> api.jobs().stopJob(stop));

      long slowest = 0;
      JobPhase phase;
      do {
        long begin = System.nanoTime();
        phase = phase(api, id);
        slowest = Math.max(slowest, System.nanoTime() - begin);
      } while (phase != JobPhase.JOB_PHASE_ENDED);

      Duration took = Duration.ofNanos(System.nanoTime() - asked);
      assertThat(processes.alive()).isEmpty();
      assertThat(took).isLessThan(Duration.ofSeconds(2));
      assertThat(Duration.ofNanos(slowest)).as("of an answer").isLessThan(STATUS_ANSWERS_WITHIN);
      assertThat(stopped.get().getJob().getPhase()).isEqualTo(JobPhase.JOB_PHASE_ENDED);
    }
  }

  private static JobPhase phase(Api api, String id) {
    return api.jobs().getJob(GetJobRequest.newBuilder().setJob(id).build()).getJob().getPhase();
  }

  @Test
  void whatACommandLeavesBehindEndsWithIt() throws Exception {
    Jobctl alice = server.as("alice", "user");
    JobProcesses processes = JobProcesses.marked();

    alice
        .run("run", "-e", processes.mark(), "--", "sh", "-c", "(setsid sleep 300 &); exit 3")
        .hasExitCode(3);

    Eventually.within(GONE_AFTER_STOP, () -> assertThat(processes.alive()).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--grace 60s", "--signal USR1"})
  void aSignalWithTimeLetsTheJobEndByItself(String options) throws Exception {
    Jobctl alice = server.as("alice", "user");
    String polite = "trap 'echo bye; exit 5' TERM USR1; echo ready; while :; do sleep 0.05; done";
    String id = alice.startJob("--timeout", "5m", "--", "sh", "-c", polite);
    try (Running follower = alice.start("logs", id)) {
      follower.stdout().awaitLine(Running.BOUND);

      alice.run(("stop " + options + " " + id).split(" ")).succeeded();

      assertThat(follower.await().succeeded().out()).isEqualTo("ready\nbye\n");
      alice.run("wait", id).hasExitCode(5);
    }
  }

  @Test
  void stoppingAnEndedJobIsNoErrorAndChangesNothing() throws Exception {
    Jobctl alice = server.as("alice", "user");
    String id = alice.startJob("--", "true");
    alice.run("wait", id).succeeded();

    alice.run("stop", id).succeeded();

    assertThat(alice.run("status", id).line()).isEqualTo("finished (exit code: 0)");
  }
}
