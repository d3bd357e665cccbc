package dev.jobd.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What jobs use and may use, in the terminal. */
class TopTest {
  private static final Path SCRIPT = Path.of("/usr/bin/script");
  private static final int COLUMNS = 60;
  private static final String HOME = "\u001b[H";

  @RegisterExtension static final DistServer server = new DistServer();

  @Test
  void topRedrawsATableThatFitsTheWindowUntilQ() throws Exception {
    assumeTrue(Files.isExecutable(SCRIPT), "needs " + SCRIPT + " for a terminal");
    Jobctl alice = server.as("alice", "user");
    alice.startJob("-j", "idle", "--timeout", "5m", "--", "sleep", "300");
    alice.startJob("-j", "spin", "--timeout", "5m", "--", "sh", "-c", "while :; do :; done");
    String inTerminal =
        "stty rows 10 cols %d; %s top -d 200ms; echo \"left with $?\"; stty -a"
            .formatted(COLUMNS, Dist.JOBCTL);
    ProcessBuilder script = alice.with("TERM", "xterm").command();
    script.command(SCRIPT.toString(), "-qefc", inTerminal, "/dev/null");

    Process process = script.start();
    try {
      Capture shown = Capture.of(process.getInputStream());
      shown.awaitText(HOME, 4, Running.BOUND);
      try (OutputStream keys = process.getOutputStream()) {
        keys.write('q');
        keys.flush();
        assertThat(process.waitFor(Running.BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
      }
      String text = new String(shown.awaitEnd(Running.BOUND), UTF_8);

      List<String> last = text.substring(text.lastIndexOf(HOME)).lines().toList();
      assertThat(last.getFirst()).startsWith(HOME + "ID        NAME  STATUS ");
      assertThat(last.get(1)).as("the busiest first").contains(" spin ");
      assertThat(last.get(1)).matches(".* running +[1-9][0-9]*\\.[0-9] .*");
      assertThat(last.get(2)).contains(" idle ");
      assertThat(last.subList(0, 3))
          .allSatisfy(
              line ->
                  assertThat(line.replaceAll("\u001b\\[[A-Z]", ""))
                      .hasSizeLessThanOrEqualTo(COLUMNS));
      assertThat(text).contains("left with 0").contains(" icanon ").contains(" echo ");
    } finally {
      process.destroyForcibly();
      alice.run("stop", "spin", "idle");
    }
  }

  @Test
  void ctrlCLeavesTheTerminalAsItWas() throws Exception {
    assumeTrue(Files.isExecutable(SCRIPT), "needs " + SCRIPT + " for a terminal");
    Jobctl alice = server.as("alice", "user");
    ProcessBuilder script = alice.with("TERM", "xterm").command();
    script.command(
        SCRIPT.toString(),
        "-qefc",
        "trap : INT; %s top -d 200ms; echo \"left with $?\"; stty -a".formatted(Dist.JOBCTL),
        "/dev/null");

    Process process = script.start();
    try {
      Capture shown = Capture.of(process.getInputStream());
      shown.awaitText(HOME, 1, Running.BOUND);
      try (OutputStream keys = process.getOutputStream()) {
        keys.write(3);
        keys.flush();
        assertThat(process.waitFor(Running.BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
      }

      assertThat(new String(shown.awaitEnd(Running.BOUND), UTF_8))
          .contains("left with 130")
          .contains(" icanon ")
          .contains(" echo ");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aRunningJobGetsOtherLimitsAndShowsItsReceipt() throws Exception {
    Jobctl alice = server.as("alice", "user");
    String id = alice.startJob("--memory", "256M", "--timeout", "5m", "--", "sleep", "300");

    Outcome changed = alice.run("limit", id, "--memory", "64M", "--cpus", "0.5").succeeded();
    String running = alice.run("status", "-o", "json", id).succeeded().out();
    alice.run("stop", id).succeeded();
    String ended = alice.run("status", "-o", "json", id).succeeded().out();

    assertThat(changed.out()).isEmpty();
    assertThat(running)
        .contains("\"memoryBytes\": \"67108864\"")
        .contains("\"cpuMillis\": \"500\"")
        .contains("\"pids\": \"1\"");
    assertThat(ended).contains("\"usage\": {").contains("\"systemTime\"");
  }
}
