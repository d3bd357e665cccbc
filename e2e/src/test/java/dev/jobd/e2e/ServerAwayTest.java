package dev.jobd.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The server is killed under its clients, and comes back or not. */
class ServerAwayTest {
  @RegisterExtension static final DistServer server = new DistServer();

  private static final int KILLS = 3;
  private static final int LARGE_BYTES = 32 << 20;

  /** A line on each stream every few milliseconds until the file GATE is there; then exits 42. */
  private static final String TALKER =
      "$| = 1; until (-e $ENV{GATE}) { print qq(out $n\\n); print STDERR qq(err $n\\n); $n++;"
          + " select undef, undef, undef, 0.005 } exit 42";

  /**
   * Whether a client was there before the first kill, or comes when there is no server, is chance.
   */
  private static final Pattern AWAY = Pattern.compile("(jobctl: (?:lost|no connection to) )");

  private static final Pattern THERE = Pattern.compile("( is (?:back|there now)\n)");

  private static Jobctl alice() throws Exception {
    return server.as("alice", "user");
  }

  private static String lost() {
    return "jobctl: lost " + server.address() + "; trying again for up to 60 s\n";
  }

  private static String back() {
    return "jobctl: " + server.address() + " is back\n";
  }

  /** Of {@code words}, what jobctl has not said itself. */
  private static byte[] ofTheJob(String words) {
    return words.replace(lost(), "").replace(back(), "").getBytes(UTF_8);
  }

  /** The lines that {@link #TALKER} has written by its end, as far as {@code bytes} tell. */
  private static String lines(String word, byte[] bytes) {
    long count = new String(bytes, UTF_8).lines().count();
    return IntStream.range(0, (int) count)
        .mapToObj(n -> word + " " + (n == 0 ? "" : n) + "\n")
        .collect(Collectors.joining());
  }

  @Test
  void followersAndWaitersGoOnWithoutLossOrRepetition() throws Exception {
    Jobctl alice = alice();
    Path gate = server.directory().resolve("gate");
    try (Running run =
            alice.start("run", "-j", "talker", "-e", "GATE=" + gate, "--", "perl", "-e", TALKER);
        Running wait = onceItRuns(run, alice, "wait", "talker", "--retry-for", "60s");
        Running logs = alice.start("logs", "talker");
        Running stderr = alice.start("logs", "-s", "stderr", "talker")) {
      List<Running> followers = List.of(run, logs, stderr);
      logs.stdout().awaitLine(Running.BOUND);
      stderr.stdout().awaitLine(Running.BOUND);
      for (int kill = 1; kill <= KILLS; kill++) {
        server.kill();
        for (Running follower : followers) {
          follower.stderr().awaitText(lost(), kill, Running.BOUND);
        }
        wait.stderr().awaitGroup(AWAY, Running.BOUND); // at the first; the others' it may not see
        server.startAgain();
        for (Running follower : followers) {
          follower.stderr().awaitText(back(), kill, Running.BOUND);
        }
        wait.stderr().awaitGroup(THERE, Running.BOUND);
      }
      Files.createFile(gate);

      assertThat(wait.await().hasExitCode(42).line()).isEqualTo("finished (exit code: 42)");
      assertThat(wait.await().err()).endsWith(back());
      byte[] out = run.await().hasExitCode(42).stdout();
      byte[] err = stderr.await().succeeded().stdout();
      assertThat(new String(out, UTF_8)).isEqualTo(lines("out", out)).hasLineCount(count(out));
      assertThat(new String(err, UTF_8)).isEqualTo(lines("err", err)).hasLineCount(count(out));
      assertThat(logs.await().succeeded().stdout()).isEqualTo(out);
      for (Running split : List.of(run, logs)) {
        assertThat(ofTheJob(split.await().err())).isEqualTo(err);
      }
      assertThat(alice.run("logs", "talker").succeeded().stdout()).isEqualTo(out);
    } finally {
      Files.deleteIfExists(gate);
    }
  }

  private static Running onceItRuns(Running job, Jobctl client, String... arguments)
      throws Exception {
    job.stdout().awaitLine(Running.BOUND);
    return client.start(arguments);
  }

  private static int count(byte[] bytes) {
    return (int) new String(bytes, UTF_8).lines().count();
  }

  @Test
  void aRestartAtOnceWaitsForTheOldServerAndIsAWordToFollowers() throws Exception {
    Jobctl alice = alice();
    Path gate = server.directory().resolve("third-gate");
    String id = alice.startJob("-e", "GATE=" + gate, "--", "perl", "-e", TALKER);
    try (Running logs = alice.start("logs", "-s", "stdout", id);
        Running wait = alice.start("wait", id)) {
      logs.stdout().awaitLine(Running.BOUND);

      Outcome old = server.restart();

      assertThat(old.succeeded().err()).contains("jobd is ending; jobs run on");
      logs.stderr().awaitText(back(), 1, Running.BOUND);
      Files.createFile(gate);
      Outcome outcome = logs.await().succeeded();
      assertThat(outcome.err()).isEqualTo(lost() + back());
      assertThat(outcome.out()).isEqualTo(lines("out", outcome.stdout()));
      assertThat(wait.await().hasExitCode(42).line()).isEqualTo("finished (exit code: 42)");
    } finally {
      Files.deleteIfExists(gate);
    }
  }

  @Test
  void aLargeOutputComesWholeOverAKillInItsMidst() throws Exception {
    Jobctl alice = alice();
    byte[] every = new byte[LARGE_BYTES];
    for (int i = 0; i < every.length; i++) {
      every[i] = (byte) (i + (i >> 8));
    }
    Path file = Files.write(server.directory().resolve("large"), every);
    String id = alice.startJob("--", "cat", file.toString());
    try (Running logs = alice.start("logs", id)) {
      logs.stdout().awaitBytes(1 << 20, Running.BOUND);
      server.kill();
      server.startAgain();

      assertThat(logs.await().succeeded().stdout()).isEqualTo(every);
    }
  }

  @Test
  void aServerThatStaysAwayIsGivenUpAndLaterReadOn() throws Exception {
    Jobctl alice = alice();
    Path gate = server.directory().resolve("second-gate");
    String id = alice.startJob("-e", "GATE=" + gate, "--", "perl", "-e", TALKER);
    Outcome logs;
    try (Running following = alice.start("logs", "-s", "stdout", "--retry-for", "1s", id);
        Running waiting = alice.start("wait", "--retry-for", "1s", id)) {
      following.stdout().awaitLine(Running.BOUND);
      server.kill();
      logs = following.await().hasExitCode(5);
      Outcome wait = waiting.await().hasExitCode(5);
      assertThat(wait.out()).isEmpty();
      assertThat(wait.err()).startsWith("jobctl: ").hasLineCount(2);
    } finally {
      server.startAgain();
    }
    String[] words = logs.err().split("\n");
    assertThat(words).hasSize(2);
    assertThat(words[0]).isEqualTo("jobctl: lost %s; trying again for up to 1 s", server.address());
    Matcher wayOn = Pattern.compile("; jobctl logs --from (\\d+) (\\S+) goes on").matcher(words[1]);
    assertThat(wayOn.find()).as(words[1]).isTrue();
    Files.createFile(gate);

    byte[] rest =
        alice
            .run("logs", "-s", "stdout", "--from", wayOn.group(1), wayOn.group(2))
            .succeeded()
            .stdout();

    String whole = logs.out() + new String(rest, UTF_8);
    assertThat(whole).isEqualTo(lines("out", whole.getBytes(UTF_8)));
    assertThat(alice.run("logs", "-s", "stdout", id).succeeded().out()).isEqualTo(whole);
    Files.delete(gate);
  }

  @Test
  void aServerThatIsBeingStartedIsWaitedForWithAWord() throws Exception {
    Jobctl alice = alice();
    String id = alice.startJob("--request-id", "once", "-j", "once", "--", "sleep", "300");
    server.kill();
    try (Running status = alice.start("status", "--retry-for", "60s", id);
        Running start =
            alice.start(
                "start",
                "--retry-for",
                "60s",
                "--request-id",
                "once",
                "-j",
                "once",
                "--",
                "sleep",
                "300")) {
      String word = "jobctl: no connection to " + server.address() + "; trying for up to 60 s\n";
      status.stderr().awaitText(word, 1, Running.BOUND);
      start.stderr().awaitText(word, 1, Running.BOUND);
      server.startAgain();

      assertThat(status.await().succeeded().line()).isEqualTo("running");
      assertThat(start.await().succeeded().line()).isEqualTo(id);
      assertThat(start.await().err())
          .isEqualTo(word + "jobctl: " + server.address() + " is there now\n");
    }
    alice.run("stop", id).succeeded();
  }

  @Test
  void aPeerThatEndsInTheHandshakeIsTriedAgainAndGivenUpInTime() throws Exception {
    try (ServerSocket dying = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> resetAll(dying));
      String address = "127.0.0.1:" + dying.getLocalPort();

      String words =
          alice()
              .with("JOBCTL_SERVER", address)
              .run("whoami", "--retry-for", "1s")
              .hasExitCode(5)
              .err()
              .replace("jobctl: waiting for " + address + " ...\n", "");

      assertThat(words)
          .startsWith("jobctl: no connection to " + address + "; trying for up to 1 s\n")
          .contains("jobctl: cannot ask who calls: no connection to " + address + ": ")
          .endsWith("; is jobd running there? --server or JOBCTL_SERVER names another\n")
          .hasLineCount(2);
    }
  }

  /** As the kernel does for a process that was killed with bytes that it had not read. */
  private static void resetAll(ServerSocket listener) {
    while (!listener.isClosed()) {
      try (Socket connection = listener.accept()) {
        connection.setSoLinger(true, 0);
      } catch (IOException e) {
        // Closed; or the client was faster.
      }
    }
  }
}
