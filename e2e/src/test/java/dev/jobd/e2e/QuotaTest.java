package dev.jobd.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a user sees who asks for more than there is for one. */
class QuotaTest {
  @RegisterExtension
  static final DistServer server =
      new DistServer(
          """
          default_limits: {max_output: 1M}
          max_limits: {memory: 64M}
          quotas: {running_jobs: 2, output: 3M}
          """);

  @Test
  void aLimitAboveTheServersMaximumIsRefusedByItsOption() throws Exception {
    Jobctl alice = server.as("alice", "user");

    Outcome refused = alice.run("start", "--memory", "65M", "--", "true").failedWith(2);

    assertThat(refused.err()).contains("--memory must be at most 64M, the maximum here, was 65M");
  }

  @Test
  void aQuotaThatIsUsedUpIsOneLineThatSaysWhatToDo() throws Exception {
    Jobctl bob = server.as("bob", "user");
    String first = bob.startJob("--timeout", "5m", "--", "sleep", "300");
    String second = bob.startJob("--timeout", "5m", "--", "sleep", "300");

    Outcome refused = bob.run("start", "--", "true").failedWith(1);

    assertThat(refused.err())
        .contains(
            "quota running_jobs exceeded: 2 of 2 jobs are live: wait until one ends, or stop");
    bob.run("run", "--", "true").failedWith(125);
    bob.run("stop", first, second).succeeded();
    bob.run("run", "--", "true").succeeded();
  }

  @Test
  void aBoundOfOutputAboveTheQuotaIsRefused() throws Exception {
    Outcome refused =
        server.as("carol", "user").run("start", "--max-output", "4M", "--", "true").failedWith(1);

    assertThat(refused.err())
        .contains("quota output exceeded: this job takes 4M, and there is 3M: ask for less");
  }
}
