package dev.jobd.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.e2e.DigestingFollower.Followed;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients that hardly read, or do not any more: they wait for what they missed, nobody else. */
class SlowReadersTest {
  @RegisterExtension static final DistServer server = new DistServer();

  private static final int FAST = 99;

  /** More than pipes, sockets and windows hold on the way to a client. */
  private static final int BYTES = 16 << 20;

  private static final String PRINT = "head -c " + BYTES + " /dev/zero";

  @Test
  void nobodyWaitsForOneWhoReadsAByteNowAndThenAndThatOneGetsAll() throws Exception {
    Jobctl alice = server.as("alice", "user");
    Followed all = Followed.of(new byte[BYTES]);
    try (Api api = Api.connect(server, server.pki().user("alice", "user"));
        Gate gate = Gate.create(server.directory().resolve("slow"))) {
      String job = alice.startJob("--", "sh", "-c", gate.pass() + "; " + PRINT);
      Process slow = alice.command("logs", job).start();
      try (InputStream bytes = slow.getInputStream()) {
        List<DigestingFollower> fast = new ArrayList<>();
        for (int i = 0; i < FAST; i++) {
          fast.add(DigestingFollower.start(api, job));
          fast.getLast().awaitAccepted();
        }
        gate.open(1);
        assertThat(bytes.read()).isZero();
        for (DigestingFollower follower : fast) {
          assertThat(follower.awaitEnd()).isEqualTo(all);
          assertThat(bytes.read()).isZero();
        }
        assertThat(slow.isAlive()).isTrue();
        byte[] rest = bytes.readAllBytes();
        assertThat(rest).hasSize(BYTES - 1 - FAST);
        assertThat(Arrays.equals(rest, new byte[rest.length])).isTrue();
        assertThat(slow.waitFor()).isZero();
      } finally {
        slow.destroyForcibly();
      }
    }
  }

  @Test
  void aStoppedClientDelaysNeitherTheJobNorOthersAndGoesOnWhereItWas() throws Exception {
    Jobctl alice = server.as("alice", "user");
    try (Gate gate = Gate.create(server.directory().resolve("stopped"))) {
      String job = alice.startJob("--", "sh", "-c", "echo ready; " + gate.pass() + "; " + PRINT);
      try (Running stopped = alice.start("logs", job)) {
        stopped.stdout().awaitLine(Running.BOUND);
        signal("STOP", stopped.process());
        gate.open(1);

        assertThat(alice.run("wait", job).succeeded().exitCode()).isZero();
        assertThat(alice.run("logs", job).succeeded().stdout()).hasSize("ready\n".length() + BYTES);

        signal("CONT", stopped.process());
        assertThat(stopped.await().succeeded().stdout()).hasSize("ready\n".length() + BYTES);
      }
    }
  }

  @Test
  void clientsThatAreKilledWhereverTheyAreLeaveNothing() throws Exception {
    Jobctl alice = server.as("alice", "user");
    String silent = alice.startJob("--", "sh", "-c", "echo ready; exec sleep 1000");
    String endless = alice.startJob("--max-output", "64M", "--", "sh", "-c", "yes");
    killClients(alice, silent, endless);
    Footprint baseline = Footprint.of(server.process());

    killClients(alice, silent, endless);

    Eventually.within(
        Footprint.SETTLED,
        () ->
            assertThat(Footprint.of(server.process()))
                .matches(now -> now.isWithin(baseline), "within " + baseline));
    alice.run("stop", silent, endless).succeeded();
  }

  /** One that waits, one that reads, one whose pipe is full, and one that is stopped. */
  private static void killClients(Jobctl alice, String silent, String endless) throws Exception {
    try (Running waits = alice.start("logs", silent);
        Running reads = alice.start("logs", endless);
        Running stopped = alice.start("logs", endless)) {
      Process blocked = alice.command("logs", endless).start();
      try (InputStream unread = blocked.getInputStream()) {
        assertThat(unread.read()).isEqualTo('y');
        waits.stdout().awaitLine(Running.BOUND);
        reads.stdout().awaitLine(Running.BOUND);
        stopped.stdout().awaitLine(Running.BOUND);
        signal("STOP", stopped.process());
      } finally {
        blocked.destroyForcibly().waitFor();
      }
    }
  }

  private static void signal(String name, Process process)
      throws IOException, InterruptedException {
    String pid = Long.toString(process.pid());
    assertThat(new ProcessBuilder("kill", "-" + name, pid).start().waitFor()).isZero();
  }
}
