package dev.jobd.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What jobs use and may use, in the terminal. */
class TopTest {
  private static final int COLUMNS = 80;
  private static final String SIZE = "stty rows 10 cols %d; ".formatted(COLUMNS);
  private static final String TOP = "%s top -d 200ms; ".formatted(Dist.JOBCTL);
  private static final String LEFT = "echo \"left with $?\"; stty -a";

  private static final String HOME = "\u001b[H";
  private static final String NO_CURSOR = "\u001b[?25l";
  private static final String CURSOR = "\u001b[?25h";

  /** A q that comes before this is heeded before anything is drawn. */
  private static final Pattern DRAWN_AFTER_A_STOP =
      Pattern.compile(
          Pattern.quote(NO_CURSOR) + ".*" + Pattern.quote(NO_CURSOR) + ".*" + "(\u001b\\[H)",
          Pattern.DOTALL);

  /** A rate is over two looks. How often the table is drawn before there is one is chance. */
  private static final Pattern WITH_A_RATE =
      Pattern.compile(" spin .* running +([1-9][0-9]*\\.[0-9]) ");

  /** All of its name, which may come in pieces. */
  private static final Pattern DEVICE = Pattern.compile("(/dev/pts/\\d+)\\s");

  private static final int CTRL_C = 3;
  private static final int CTRL_Z = 26;

  @RegisterExtension static final DistServer server = new DistServer();

  @Test
  void topRedrawsATableThatFitsTheWindowUntilQ() throws Exception {
    Jobctl alice = server.as("alice", "user");
    alice.startJob("-j", "idle", "--timeout", "5m", "--", "sleep", "300");
    alice.startJob("-j", "spin", "--timeout", "5m", "--", "sh", "-c", "while :; do :; done");
    try (Terminal terminal = Terminal.start(alice, SIZE + TOP + LEFT)) {
      terminal.shown().awaitGroup(WITH_A_RATE, Running.BOUND);
      terminal.type('q');

      String text = terminal.awaitEnd();

      List<String> last = text.substring(text.lastIndexOf(HOME)).lines().toList();
      assertThat(last.getFirst())
          .startsWith(HOME + "ID        NAME           STATUS ")
          .contains("   TIME  COMMAND");
      assertThat(last.get(1)).as("the busiest first").contains(" spin ");
      assertThat(last.get(1)).containsPattern(WITH_A_RATE);
      assertThat(last.get(2)).contains(" idle ").contains(" sleep 300");
      assertThat(last.subList(0, 3))
          .allSatisfy(
              line ->
                  assertThat(line.replaceAll("\u001b\\[[A-Z]", ""))
                      .hasSizeLessThanOrEqualTo(COLUMNS));
      assertThat(text).contains("left with 0").contains(" icanon ").contains(" echo ");
    } finally {
      alice.run("stop", "spin", "idle");
    }
  }

  @Test
  void ctrlCLeavesTheTerminalAsItWas() throws Exception {
    try (Terminal terminal =
        Terminal.start(server.as("alice", "user"), "trap : INT; " + TOP + LEFT)) {
      terminal.shown().awaitText(HOME, 1, Running.BOUND);
      terminal.type(CTRL_C);

      assertThat(terminal.awaitEnd())
          .contains("left with 130")
          .contains(" icanon ")
          .contains(" echo ");
    }
  }

  @Test
  void ctrlZLeavesTheTerminalAsItWasAndTakesItAgainWhenTopGoesOn() throws Exception {
    String stopped = "set -m; " + TOP + "echo \"stopped with $?\"; stty -a; fg; ";
    try (Terminal terminal = Terminal.start(server.as("alice", "user"), stopped + LEFT)) {
      terminal.shown().awaitText(HOME, 2, Running.BOUND);
      terminal.type(CTRL_Z);
      terminal.shown().awaitGroup(DRAWN_AFTER_A_STOP, Running.BOUND);
      terminal.type('q');

      String text = terminal.awaitEnd();

      int stop = text.indexOf("stopped with 148");
      int goesOn = text.lastIndexOf(NO_CURSOR);
      assertThat(stop).isBetween(text.indexOf(CURSOR), goesOn);
      assertThat(text.substring(stop, goesOn)).contains(" icanon ").contains(" echo ");
      assertThat(text.substring(goesOn))
          .as("drawn anew")
          .contains(HOME)
          .contains(CURSOR)
          .contains("left with 0")
          .contains(" icanon ");
    }
  }

  @Test
  void aWindowThatGrowsGetsTheColumnsThatItHasRoomFor() throws Exception {
    String all = "tty; " + SIZE + "%s top -d 1h; ".formatted(Dist.JOBCTL);
    try (Terminal terminal = Terminal.start(server.as("alice", "user"), all + LEFT)) {
      String device = terminal.shown().awaitGroup(DEVICE, Running.BOUND);
      terminal.shown().awaitText(HOME, 1, Running.BOUND);
      assertThat(new String(terminal.shown().soFar(), UTF_8)).doesNotContain("MEM-LIMIT");
      new ProcessBuilder("stty", "-F", device, "cols", "140").start().waitFor();
      terminal.shown().awaitText("MEM-LIMIT", 1, Running.BOUND);
      terminal.type('q');

      assertThat(terminal.awaitEnd()).contains("left with 0");
    }
  }

  @Test
  void aTableThatIsNotNewAnyMoreSaysSo() throws Exception {
    try (Terminal terminal = Terminal.start(server.as("alice", "user"), SIZE + TOP + LEFT)) {
      terminal.shown().awaitText(HOME, 2, Running.BOUND);
      signal("STOP");
      try {
        terminal
            .shown()
            .awaitText("no answer from " + server.address() + "; the table is ", 2, Running.BOUND);
      } finally {
        signal("CONT");
      }
      server.kill();
      try {
        terminal
            .shown()
            .awaitText("; trying again for up to 60 s; the table is ", 2, Running.BOUND);
      } finally {
        server.startAgain();
      }
      Jobctl alice = server.as("alice", "user");
      String id = alice.startJob("-j", "newcomer", "--", "sleep", "300");
      terminal.shown().awaitText("newcomer", 1, Running.BOUND);
      terminal.type('q');

      assertThat(terminal.awaitEnd()).contains("left with 0");
      alice.run("stop", id).succeeded();
    }
  }

  private static void signal(String name) throws Exception {
    String pid = Long.toString(server.process().pid());
    assertThat(new ProcessBuilder("kill", "-" + name, pid).start().waitFor()).isZero();
  }

  @Test
  void aRunningJobGetsOtherLimitsAndShowsItsReceipt() throws Exception {
    Jobctl alice = server.as("alice", "user");
    String id = alice.startJob("--memory", "256M", "--timeout", "5m", "--", "sleep", "300");

    Outcome changed = alice.run("limit", id, "--memory", "64M", "--cpus", "0.5").succeeded();
    Outcome shown = alice.run("limit", id).succeeded();
    String running = alice.run("status", "-o", "json", id).succeeded().out();
    alice.run("stop", id).succeeded();
    String ended = alice.run("status", "-o", "json", id).succeeded().out();

    assertThat(changed.out()).startsWith("cpus 0.5, memory 64M, ").endsWith("timeout 5m\n");
    assertThat(changed.err()).isEmpty();
    assertThat(shown.out()).isEqualTo(changed.out());
    assertThat(running)
        .contains("\"memoryBytes\": \"67108864\"")
        .contains("\"cpuMillis\": \"500\"")
        .contains("\"pids\": \"1\"");
    assertThat(ended).contains("\"usage\": {").contains("\"systemTime\"");
  }
}
