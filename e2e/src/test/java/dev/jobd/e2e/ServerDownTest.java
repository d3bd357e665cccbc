package dev.jobd.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
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

  /** What a shell does once the file is there. */
  private static String[] after(Path gate, String script) {
    return new String[] {
      "--", "sh", "-c", "until [ -e " + gate + " ]; do sleep 0.05; done; " + script
    };
  }

  /** Kills the server, opens the gate, and starts it again when these jobs have ended. */
  private static void endWithoutServer(Path gate, List<String> jobs) throws Exception {
    server.kill();
    try {
      Files.createFile(gate);
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
    Path gate = server.directory().resolve("writer-gate");
    String job = alice().startJob(after(gate, NUMBERS));

    endWithoutServer(gate, List.of(job));

    Digested logs = Digested.of(alice().command("logs", "--no-follow", job));
    assertThat(logs).isEqualTo(Digested.ofShell(NUMBERS));
    assertThat(logs.bytes()).isEqualTo(BYTES);
    assertThat(alice().run("status", job).line()).isEqualTo("finished (exit code: 0)");
  }

  @Test
  void everyEndWhileTheServerIsDownIsReportedExactly() throws Exception {
    Path gate = server.directory().resolve("end-gate");
    String exits = alice().startJob(after(gate, "exit 42"));
    String dies = alice().startJob(after(gate, "kill -SEGV $$"));
    String hungers =
        alice()
            .run(
                Stream.concat(
                        Stream.of("start", "--memory", "32M"),
                        Stream.of(after(gate, "exec perl -e '$x = q(x) x (256 << 20)'")))
                    .toArray(String[]::new))
            .succeeded()
            .line();

    endWithoutServer(gate, List.of(exits, dies, hungers));

    assertThat(alice().run("status", exits).line()).isEqualTo("finished (exit code: 42)");
    assertThat(alice().run("status", dies).line()).isEqualTo("killed (signal: 11)");
    assertThat(alice().run("status", hungers).line()).isEqualTo("out of memory (signal: 9)");
    alice().run("wait", exits).hasExitCode(42);
    alice().run("wait", dies).hasExitCode(128 + 11);
    alice().run("wait", hungers).hasExitCode(128 + 9);
  }
}
