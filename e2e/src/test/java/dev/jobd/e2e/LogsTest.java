package dev.jobd.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Which part of a job's output {@code jobctl logs} prints, and how; "make large" makes it large.
 */
class LogsTest {
  @RegisterExtension static final DistServer server = new DistServer();

  private static final boolean LARGE = Boolean.getBoolean("jobd.large");
  private static final long LONG_LINE = LARGE ? 1L << 30 : 16L << 20;
  private static final int SHORT_LINES = LARGE ? 10_000_000 : 100_000;
  private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z";

  private static Digested digest(Jobctl user, String... arguments) throws Exception {
    return Digested.of(user.command(arguments));
  }

  private static String ended(Jobctl user, String script) throws Exception {
    String id = user.startJob("--", "sh", "-c", script);
    user.run("wait", id);
    return id;
  }

  @Test
  void tailPrintsTheLastLinesAndFollowsThem() throws Exception {
    Jobctl alice = server.as("alice", "user");
    String id = ended(alice, "seq 100; printf unfinished");

    assertThat(alice.run("logs", "--tail", "3", id).succeeded().out())
        .isEqualTo("99\n100\nunfinished");
    assertThat(alice.run("logs", "--tail", "0", "--no-follow", id).succeeded().out()).isEmpty();
    assertThat(alice.run("logs", "--tail", "1", "-s", "stderr", id).succeeded().out()).isEmpty();
    assertThat(alice.run("logs", "--tail", "-1", id).failedWith(2).err())
        .contains("--tail must be at least 0");
  }

  @Test
  void sinceAndUntilPrintWhatWasPrintedThen() throws Exception {
    Jobctl alice = server.as("alice", "user");
    String id;
    try (Gate gate = Gate.create(server.directory().resolve("times"))) {
      id = alice.startJob("--", "sh", "-c", "echo one; " + gate.pass() + "; echo two");
      try (Running follower = alice.start("logs", id)) {
        follower.stdout().awaitLine(Running.BOUND); // and so it has a time of its own
        gate.open(1);
        follower.await().succeeded();
      }
    }
    List<String> times = alice.run("logs", "-t", id).succeeded().out().lines().toList();
    assertThat(times).hasSize(2);
    assertThat(times.getFirst()).matches(TIME + " one");
    String second = times.getLast().substring(0, times.getLast().indexOf(' '));

    assertThat(alice.run("logs", "--since", second, id).succeeded().out()).isEqualTo("two\n");
    assertThat(alice.run("logs", "--until", second, id).succeeded().out()).isEqualTo("one\n");
    assertThat(alice.run("logs", "--since", "1h", id).succeeded().out()).isEqualTo("one\ntwo\n");
    assertThat(alice.run("logs", "--until", "1h", id).succeeded().out()).isEmpty();
    assertThat(alice.run("logs", "--since", "1m", "--until", "1h", id).failedWith(2).err())
        .contains("until");
  }

  @Test
  void jsonTellsEveryLineWithItsStreamAndTime() throws Exception {
    Jobctl alice = server.as("alice", "user");
    String id;
    try (Gate gate = Gate.create(server.directory().resolve("streams"))) {
      String pass = "; " + gate.pass() + "; ";
      String script = "echo out" + pass + "echo err >&2" + pass + "printf '\\377\\0'";
      id = alice.startJob("--", "sh", "-c", script);
      // Of two pipes nobody knows which was first.
      try (Running follower = alice.start("logs", id)) {
        follower.stdout().awaitText("out\n", 1, Running.BOUND);
        gate.open(1);
        follower.stderr().awaitText("err\n", 1, Running.BOUND);
        gate.open(1);
        follower.await().succeeded();
      }
    }

    List<String> lines =
        alice.run("logs", "--format", "json", id).succeeded().out().lines().toList();

    String time = "\"time\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z\"";
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).matches("\\{\"log\":\"out\\\\n\",\"stream\":\"stdout\"," + time + "}");
    assertThat(lines.get(1)).matches("\\{\"log\":\"err\\\\n\",\"stream\":\"stderr\"," + time + "}");
    assertThat(lines.get(2))
        .matches("\\{\"log\":\"/wA=\",\"stream\":\"stdout\"," + time + ",\"encoding\":\"base64\"}");
  }

  @Test
  void aTerminalSeesColoursAndNothingThatActsOnIt() throws Exception {
    Jobctl alice = server.as("alice", "user").with("TERM", "xterm");
    String id = ended(alice, "printf '\\033[2Jgone\\n'");

    assertThat(onTerminal(alice, id)).isEqualTo("\033[32mstdout\033[0m | \\u001b[2Jgone\r\n");
    assertThat(onTerminal(alice.with("NO_COLOR", "1"), id))
        .isEqualTo("stdout | \\u001b[2Jgone\r\n");
    assertThat(alice.run("logs", "--format", "prefixed", id).succeeded().out())
        .isEqualTo("stdout | \033[2Jgone\n");
  }

  /** What jobctl writes to a terminal; util-linux's script makes one. */
  private static String onTerminal(Jobctl user, String id) throws Exception {
    String logs = String.join(" ", Dist.JOBCTL, "logs", "--format", "prefixed", id);
    ProcessBuilder script = user.command();
    script.command("script", "-q", "-e", "-c", logs, "/dev/null");
    try (Running running = Running.start(script)) {
      return new String(WaitingWord.removedFrom(running.await().succeeded().stdout()), UTF_8);
    }
  }

  @Test
  void stopAndStatusPrintTheOutputWithTheState() throws Exception {
    Jobctl alice = server.as("alice", "user");
    String id =
        alice.startJob("--timeout", "5m", "--", "sh", "-c", "echo one; echo two; exec sleep 300");
    try (Running follower = alice.start("logs", id)) {
      follower.stdout().awaitBytes("one\ntwo\n".length(), Running.BOUND);

      assertThat(alice.run("status", "--logs", id).succeeded().out())
          .isEqualTo("running\none\ntwo\n");
      Outcome stop = alice.run("stop", "--logs", id).succeeded();

      assertThat(stop.out()).isEqualTo("one\ntwo\n");
      assertThat(stop.err()).contains("stopped (signal: 9)");
      assertThat(follower.await().succeeded().out()).isEqualTo("one\ntwo\n");
    }
  }

  @Test
  void aLineOfAnyLengthIsOneLineInEveryFormat() throws Exception {
    Jobctl alice = server.as("alice", "user");
    List<Integer> lengths = List.of(32_767, 32_768, 33_000, 65_535, 65_536);
    List<String> lines = lengths.stream().map("x"::repeat).toList();
    String print = "print 'x' x $_, \"\\n\" for @ARGV";
    List<String> command = new ArrayList<>(List.of("--", "perl", "-e", print));
    lengths.forEach(length -> command.add(length.toString()));
    String id = alice.startJob(command.toArray(String[]::new));

    assertThat(alice.run("logs", id).succeeded().out()).isEqualTo(prefixed("", lines));
    assertThat(alice.run("logs", "--format", "prefixed", id).succeeded().out())
        .isEqualTo(prefixed("stdout | ", lines));
    String times = alice.run("logs", "-t", id).succeeded().out();
    assertThat(times.replaceAll(TIME, "TIME")).isEqualTo(prefixed("TIME ", lines));
    String json = alice.run("logs", "--format", "json", id).succeeded().out();
    assertThat(json.replaceAll("\\\\n\",.*", "")).isEqualTo(prefixed("{\"log\":\"", lines));
  }

  private static String prefixed(String prefix, List<String> lines) {
    return lines.stream().map(line -> prefix + line + "\n").collect(Collectors.joining());
  }

  @Test
  void aVeryLongLineIsExactAndCostsJobctlNoMemory() throws Exception {
    Jobctl alice = server.as("alice", "user");
    String script = "head -c " + LONG_LINE + " /dev/zero | tr '\\0' x";
    String id = ended(alice, script);

    assertThat(digest(alice, "logs", id)).isEqualTo(Digested.ofShell(script));
    assertThat(digest(alice, "logs", "--tail", "1", id)).isEqualTo(Digested.ofShell(script));
    // In pieces of 256 KiB, of which all but the first continue one.
    long pieces = LONG_LINE >> 18;
    assertThat(digest(alice, "logs", "--format", "prefixed", id).bytes())
        .isEqualTo(LONG_LINE + pieces * "stdout | \n".length());
    assertThat(digest(alice, "logs", "--format", "json", id).exitCode()).isZero();
  }

  @Test
  void manyShortLinesAreExactInEveryFormat() throws Exception {
    Jobctl alice = server.as("alice", "user");
    String id = alice.startJob("--", "perl", "-e", "$| = 1; print \"$_\\n\" for 1.." + SHORT_LINES);
    alice.run("wait", id).succeeded();

    assertThat(digest(alice, "logs", id)).isEqualTo(Digested.ofShell("seq -f %.0f " + SHORT_LINES));
    assertThat(digest(alice, "logs", "--format", "prefixed", id))
        .isEqualTo(Digested.ofShell("seq -f 'stdout | %.0f' " + SHORT_LINES));
    long perLine = "2026-01-31T08:00:00.000000Z ".length();
    assertThat(digest(alice, "logs", "-t", id).bytes())
        .isEqualTo(Digested.ofShell("seq -f %.0f " + SHORT_LINES).bytes() + perLine * SHORT_LINES);
    Outcome last = alice.run("logs", "--tail", "2", "--format", "json", id).succeeded();
    assertThat(new String(last.stdout(), UTF_8))
        .startsWith("{\"log\":\"" + (SHORT_LINES - 1) + "\\n\"")
        .hasLineCount(2);
  }
}
