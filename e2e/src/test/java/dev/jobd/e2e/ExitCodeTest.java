package dev.jobd.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What scripts rely on: every exit code of the contract. */
class ExitCodeTest {
  @RegisterExtension static final DistServer server = new DistServer();

  private static Jobctl alice() throws Exception {
    return server.as("alice", "user");
  }

  @Test
  void runAndWaitExitWithTheJobsOwnCode() throws Exception {
    alice().run("run", "--", "sh", "-c", "exit 0").hasExitCode(0);
    alice().run("run", "--", "sh", "-c", "exit 1").hasExitCode(1);
    alice().run("run", "--", "sh", "-c", "exit 137").hasExitCode(137);
    String id = alice().startJob("--", "sh", "-c", "exit 255");
    alice().run("wait", id).hasExitCode(255);
    assertThat(alice().run("status", id).line()).isEqualTo("finished (exit code: 255)");
  }

  @Test
  void aSignalIs128AndItsNumber() throws Exception {
    String id = alice().startJob("--", "sh", "-c", "kill -SEGV $$");
    alice().run("wait", id).hasExitCode(128 + 11);
    assertThat(alice().run("status", id).line()).isEqualTo("killed (signal: 11)");
    alice().run("run", "--", "sh", "-c", "kill -9 $$").hasExitCode(128 + 9);
  }

  @Test
  void anExitOf137IsNotAKill() throws Exception {
    String id = alice().startJob("--", "sh", "-c", "exit 137");
    alice().run("wait", id).hasExitCode(137);
    assertThat(alice().run("status", id).line()).isEqualTo("finished (exit code: 137)");
  }

  @Test
  void anOperationThatFailsIs1() throws Exception {
    String id = alice().startJob("-j", "taken", "--timeout", "5m", "--", "sleep", "300");
    alice().run("start", "-j", "taken", "--", "true").failedWith(1);
    alice().run("stop", id).succeeded();
  }

  @Test
  void aWrongCommandLineIs2() throws Exception {
    alice().run("start", "--no-such-option", "--", "true").hasExitCode(2);
    alice().run("no-such-command").hasExitCode(2);
    alice().run("start").hasExitCode(2);
    alice().run("start", "--memory", "-1", "--", "true").hasExitCode(2);
    alice().run("start", "--cpus", "0", "--", "true").hasExitCode(2);
    alice().run("start", "-j", "../up", "--", "true").hasExitCode(2);
    alice().run("start", "--", "").hasExitCode(2);
  }

  @Test
  void aJobThatIsNotThereIs3() throws Exception {
    String absent = UUID.randomUUID().toString();
    for (String verb : new String[] {"status", "logs", "wait", "stop"}) {
      alice().run(verb, absent).failedWith(3);
    }
  }

  @Test
  void whatIsNotAllowedIs4() throws Exception {
    server.as("olivia", "auditor").run("start", "--", "true").failedWith(4);
  }

  @Test
  void aServerThatIsNotThereIs5() throws Exception {
    try (Socket mute = new Socket()) { // has a port, which is nobody else's, and does not listen
      mute.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      String nobody = "127.0.0.1:" + mute.getLocalPort();
      alice().with("JOBCTL_SERVER", nobody).run("list", "--retry-for", "0").failedWith(5);
    }
  }

  @Test
  void runTellsWhyTheCommandDidNotStart() throws Exception {
    alice().run("run", "-w", "/no/such/directory", "--", "true").failedWith(125);
    alice().run("run", "--", "/etc/passwd").failedWith(126);
    alice().run("run", "--", "/no/such/command").failedWith(127);
    alice().run("run", "--", "no-such-command").failedWith(127);
  }

  @Test
  void startOfACommandThatIsNotThereIsARecordedFailedJob() throws Exception {
    Outcome start = alice().run("start", "-j", "ghost", "--", "/no/such/command").failedWith(1);

    assertThat(start.err()).contains("No such file or directory");
    assertThat(alice().run("status", "ghost").line())
        .isEqualTo("failed (exec: No such file or directory)");
  }
}
