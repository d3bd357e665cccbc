package dev.jobd.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What jobs do while there is no server is all there when it is back; "make large" makes it 1 GiB.
 */
class ServerDownTest {
  @RegisterExtension static final DistServer server = new DistServer();

  private static final long BYTES = Boolean.getBoolean("jobd.large") ? 1L << 30 : 64L << 20;

  /**
   * Lines that all differ, so that no loss, repetition or exchange leaves the checksum as it is.
   */
  private static final String NUMBERS = "seq 1000000000 | head -c " + BYTES;

  private static Jobctl alice() throws Exception {
    return server.as("alice", "user");
  }

  /** What a shell does once the gate is open. */
  private static String[] after(Gate gate, String script) {
    return new String[] {"--", "sh", "-c", gate.pass() + "; " + script};
  }

  /**
   * Kills the server, opens the gate, and starts it again when the ends of these jobs are recorded.
   * Their shims may live on until a slow disk has that: so long the jobs are not over.
   */
  private static void endWithoutServer(Gate gate, List<String> jobs) throws Exception {
    server.kill();
    try {
      gate.open(jobs.size());
      for (String job : jobs) {
        Path record = server.directory().resolve("state/jobs").resolve(job).resolve("exit");
        Eventually.within(Running.BOUND, () -> assertThat(record).isNotEmptyFile());
      }
    } finally {
      server.startAgain();
    }
  }

  @Test
  void everyByteWrittenWhileTheServerIsDownIsThereAfterwards() throws Exception {
    String job;
    try (Gate gate = Gate.create(server.directory().resolve("writer-gate"))) {
      job = alice().startJob(after(gate, NUMBERS));
      endWithoutServer(gate, List.of(job));
    }

    Digested logs = Digested.of(alice().command("logs", "--no-follow", job));
    assertThat(logs).isEqualTo(Digested.ofShell(NUMBERS));
    assertThat(logs.bytes()).isEqualTo(BYTES);
    alice().run("wait", job).succeeded();
    assertThat(alice().run("status", job).line()).isEqualTo("finished (exit code: 0)");
  }

  @Test
  void everyEndWhileTheServerIsDownIsReportedExactly() throws Exception {
    String exits;
    String dies;
    String hungers;
    try (Gate gate = Gate.create(server.directory().resolve("end-gate"))) {
      exits = alice().startJob(after(gate, "exit 42"));
      dies = alice().startJob(after(gate, "kill -SEGV $$"));
      String hunger = "exec perl -e '$x = q(x) x (256 << 20)'";
      hungers =
          alice()
              .run(
                  Stream.concat(
                          Stream.of("start", "--memory", "32M"), Stream.of(after(gate, hunger)))
                      .toArray(String[]::new))
              .succeeded()
              .line();
      endWithoutServer(gate, List.of(exits, dies, hungers));
    }

    alice().run("wait", exits).hasExitCode(42);
    alice().run("wait", dies).hasExitCode(128 + 11);
    alice().run("wait", hungers).hasExitCode(128 + 9);
    assertThat(alice().run("status", exits).line()).isEqualTo("finished (exit code: 42)");
    assertThat(alice().run("status", dies).line()).isEqualTo("killed (signal: 11)");
    assertThat(alice().run("status", hungers).line()).isEqualTo("out of memory (signal: 9)");
  }
}
