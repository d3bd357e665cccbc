package dev.jobd.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is kept of ended jobs, and how it is found and let go. */
class HistoryTest {
  /** A job's output is over its bound at once; the jobs themselves stay. */
  @RegisterExtension
  static final DistServer server = new DistServer("retention: {max_output: 0}\n");

  private static Path directoryOf(String job) {
    return server.directory().resolve("state/jobs").resolve(job);
  }

  @Test
  void aDeletedJobIsGone() throws Exception {
    Jobctl alice = server.as("alice", "user");
    String first = alice.startJob("-j", "first", "--", "true");
    String second = alice.startJob("--", "true");
    alice.run("wait", first, second).succeeded();

    assertThat(alice.run("delete", "first").succeeded().err()).isEmpty();
    alice.run("rm", "--job-id", second).succeeded();

    alice.run("status", first).failedWith(3);
    alice.run("delete", second).failedWith(3);
    assertThat(alice.run("list", "-aq").succeeded().out()).doesNotContain(first, second);
    assertThat(directoryOf(first)).doesNotExist();
    assertThat(directoryOf(second)).doesNotExist();
  }

  @Test
  void aLiveJobIsStoppedBeforeItIsDeleted() throws Exception {
    Jobctl alice = server.as("alice", "user");
    String id = alice.startJob("--timeout", "5m", "--", "sleep", "300");

    assertThat(alice.run("delete", id).failedWith(1).err())
        .isEqualTo("jobctl: cannot delete %s: job %s has not ended: stop it first\n", id, id);
    assertThat(alice.run("status", id).line()).isEqualTo("running");

    alice.run("stop", id).succeeded();
    alice.run("delete", id).succeeded();
  }

  @Test
  void anExpiredOutputSaysSoWhileTheVerdictStays() throws Exception {
    Jobctl alice = server.as("alice", "user");
    String id = alice.startJob("--", "sh", "-c", "echo hi; exit 3");
    alice.run("wait", id).hasExitCode(3);
    Eventually.within(
        Running.BOUND,
        () ->
            assertThat(alice.run("status", "-o", "json", id).succeeded().out())
                .contains("outputExpireTime")
                .contains("\"outputExpireRule\": \"retention.max_output\""));
    // Noted, and then removed: who comes in between still has it.
    Eventually.within(Running.BOUND, () -> assertThat(directoryOf(id)).doesNotExist());

    assertThat(alice.run("logs", id).failedWith(1).err())
        .startsWith("jobctl: cannot read the output of " + id + ": it was removed at 20")
        .contains(" by the server's retention.max_output; ");
    Outcome status = alice.run("status", id).succeeded();
    assertThat(status.line()).isEqualTo("finished (exit code: 3)");
    assertThat(status.err())
        .startsWith("jobctl: the output was removed at 20")
        .endsWith(" by the server's retention.max_output\n");
  }

  @Test
  void jobsAreListedByNameAndTime() throws Exception {
    Jobctl alice = server.as("lister", "user");
    String nap = alice.startJob("-j", "nap", "-l", "team=a", "--", "true");
    alice.startJob("-j", "other", "--", "true");

    assertThat(alice.run("list", "-q", "--name", "nap").line()).isEqualTo(nap);
    assertThat(alice.run("list", "-q", "-l", "team=a", "--since", "1h").line()).isEqualTo(nap);
    assertThat(alice.run("list", "-q", "--since", "1h").out().lines()).hasSize(2);
    assertThat(alice.run("list", "-q", "--until", "1h").out()).isEmpty();
  }

  @Test
  void aSecondServerOnOneStateDirectoryIsRefused() throws Exception {
    try (Running second = server.startSecond()) {
      assertThat(second.await().hasExitCode(1).err().lines())
          .hasSize(2)
          .first()
          .asString()
          .contains("is in use by another jobd (pid " + server.process().pid() + "): waiting");
      assertThat(second.await().err())
          .contains("jobd serve: state directory " + server.directory().resolve("state"))
          .contains("is in use by another jobd (pid " + server.process().pid() + "), which may")
          .contains("; stop it or choose another directory");
    }
    server.as("alice", "user").run("list").succeeded();
  }
}
