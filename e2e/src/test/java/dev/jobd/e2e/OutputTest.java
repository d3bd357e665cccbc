package dev.jobd.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class OutputTest {
  @RegisterExtension static final DistServer server = new DistServer();

  private static final String SPLIT = "echo out; echo err >&2; exit 7";

  @Test
  void runSplitsTheStreamsAndExitsWithTheJobsCode() throws Exception {
    Outcome run = server.as("alice", "user").run("run", "--", "sh", "-c", SPLIT).hasExitCode(7);

    assertThat(run.out()).isEqualTo("out\n");
    assertThat(run.err()).isEqualTo("err\n");
  }

  @Test
  void logsSplitsTheStreamsOrGivesOne() throws Exception {
    Jobctl alice = server.as("alice", "user");
    String id = alice.startJob("--", "sh", "-c", SPLIT);

    Outcome both = alice.run("logs", id).succeeded();
    assertThat(both.out()).isEqualTo("out\n");
    assertThat(both.err()).isEqualTo("err\n");

    Outcome stdout = alice.run("logs", "-s", "stdout", id).succeeded();
    assertThat(stdout.out()).isEqualTo("out\n");
    assertThat(stdout.err()).isEmpty();

    Outcome stderr = alice.run("logs", "-s", "stderr", id).succeeded();
    assertThat(stderr.out() + stderr.err()).isEqualTo("err\n");
  }

  @Test
  void aMebibyteOfEveryByteValueComesBackAsItWas() throws Exception {
    byte[] every = new byte[1 << 20];
    for (int i = 0; i < every.length; i++) {
      every[i] = (byte) i;
    }
    Jobctl alice = server.as("alice", "user");
    String id = alice.startJob("--", "perl", "-e", "print pack('C*', 0..255) x 4096");

    assertThat(alice.run("logs", id).succeeded().stdout()).isEqualTo(every);
  }

  @Test
  void aJobThatPrintsNothingIsFollowedToItsEndWithoutAByte() throws Exception {
    Jobctl alice = server.as("alice", "user");

    Outcome logs = alice.run("logs", alice.startJob("--", "true")).succeeded();

    assertThat(logs.stdout()).isEmpty();
    assertThat(logs.stderr()).isEmpty();
  }

  @Test
  void argumentsAndEnvironmentArriveByteForByte() throws Exception {
    Outcome run =
        server
            .as("alice", "user")
            .with("LC_ALL", "C")
            .run("run", "-e", "WORD=grüße 👋", "--", "printenv", "WORD")
            .succeeded();

    assertThat(run.out()).isEqualTo("grüße 👋\n");
  }

  @Test
  void liveFollowersAndLateOnesReceiveTheSameBytes() throws Exception {
    Jobctl alice = server.as("alice", "user");
    String endless = "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.05; done";
    String id = alice.startJob("--timeout", "5m", "--", "sh", "-c", endless);

    List<Running> followers = new ArrayList<>();
    try {
      for (int i = 0; i < 5; i++) {
        followers.add(alice.start("logs", id));
      }
      for (Running follower : followers) {
        follower.stdout().awaitBytes(100, Running.BOUND);
      }
      Running late = alice.start("logs", id);
      followers.add(late);
      byte[] first = late.stdout().awaitBytes(100, Running.BOUND);
      assertThat(new String(first, US_ASCII)).startsWith("line 1\nline 2\n");
      assertThat(alice.run("status", id).line()).isEqualTo("running");

      alice.run("stop", id).succeeded();

      byte[] all = alice.run("logs", id).succeeded().stdout();
      for (Running follower : followers) {
        assertThat(follower.await().succeeded().stdout()).isEqualTo(all);
      }
    } finally {
      followers.forEach(Running::close);
    }
  }

  @Test
  void noFollowEndsWithWhatIsThere() throws Exception {
    Jobctl alice = server.as("alice", "user");
    String id = alice.startJob("--timeout", "5m", "--", "sh", "-c", "echo here; exec sleep 300");
    try (Running follower = alice.start("logs", id)) {
      follower.stdout().awaitLine(Running.BOUND);

      Outcome logs = alice.run("logs", "--no-follow", id).succeeded();

      assertThat(new String(logs.stdout(), UTF_8)).isEqualTo("here\n");
      alice.run("stop", id).succeeded();
    }
  }
}
