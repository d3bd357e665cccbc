package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.firstOutput;
import static dev.jobd.worker.TestWorker.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Jobs do not depend on the worker that started them, and a job whose shim dies does not run on
 * unseen.
 */
class RestartTest {
  /** CONTROL_MAX_CONNECTIONS of the shim. */
  private static final int SHIM_CONNECTIONS = 4;

  private TestWorker test;

  @BeforeEach
  void open() throws IOException {
    test = TestWorker.open();
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  private Job again(Job job) throws IOException {
    return test.worker().find(job.id()).orElseThrow();
  }

  /** The shim names its job in its arguments. */
  private static ProcessHandle shimOf(Job job) {
    return ProcessHandle.allProcesses()
        .filter(
            process -> process.info().commandLine().orElse("").contains("jobd-shim " + job.id()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aJobRunsOnWhileTheWorkerIsAwayAndIsFoundAgain() throws Exception {
    Gate gate = test.gate();
    Job before = test.sh("echo one; " + gate.pass() + "; echo two; exit 42");
    assertThat(firstOutput(before)).isEqualTo("one\n");
    test.restart();
    Job after = again(before);
    after.awaitLaunch(); // of which its shim tells
    assertThat(after.state()).isEqualTo(before.state());
    gate.open();
    assertThat(text(after)).isEqualTo("one\ntwo\n");
    assertThat(after.await().verdict()).isEqualTo(new Verdict.Exited(42));
  }

  @Test
  void aJobThatEndedWhileTheWorkerWasAwayHasItsExactVerdict() throws Exception {
    Gate gate = test.gate();
    Job before = test.sh("echo up; " + gate.pass() + "; kill -11 $$");
    assertThat(firstOutput(before)).isEqualTo("up\n");
    test.restart(
        () -> {
          gate.open();
          Directories.awaitMade(before.directory(), "exit");
        });
    Job after = again(before);
    assertThat(after.await().verdict())
        .isEqualTo(new Verdict.Killed(11, Verdict.Cause.OTHER, null));
    assertThat(text(after)).isEqualTo("up\n");
  }

  /** As for want of a descriptor: what cannot be read now says nothing about the job. */
  @Test
  void anExitRecordThatCannotBeReadIsReadLaterAndNotTakenForLost() throws Exception {
    Gate gate = test.gate();
    Job before = test.sh("echo up; " + gate.pass() + "; exit 3");
    assertThat(firstOutput(before)).isEqualTo("up\n");
    test.awaitStartRecorded(before);
    Path record = before.directory().resolve("exit");
    Path aside = before.directory().resolve("aside");
    test.restart(
        () -> {
          gate.open();
          Directories.awaitMade(before.directory(), "exit");
          Files.move(record, aside);
          Files.createSymbolicLink(record, record.getFileName()); // ELOOP
        });
    Job after = again(before);
    assertThat(after.state()).isInstanceOf(JobState.Running.class);
    Files.move(aside, record, StandardCopyOption.ATOMIC_MOVE); // never is there none
    assertThat(after.await().verdict()).isEqualTo(new Verdict.Exited(3));
  }

  /** As for want of a descriptor, too. */
  @Test
  void aShimThatCannotBeReachedNowIsReachedLaterAndItsJobIsNotTakenForLost() throws Exception {
    Gate gate = test.gate();
    Job before = test.sh("echo up; " + gate.pass() + "; exit 3");
    assertThat(firstOutput(before)).isEqualTo("up\n");
    test.awaitStartRecorded(before);
    Path socket = before.directory().resolve("control");
    Path aside = before.directory().resolve("aside");
    test.restart(
        () -> {
          Files.move(socket, aside);
          Files.createSymbolicLink(socket, socket.getFileName()); // ELOOP
        });
    Job after = again(before);
    assertThat(after.state()).isInstanceOf(JobState.Running.class);
    Files.move(aside, socket, StandardCopyOption.ATOMIC_MOVE);
    gate.open();
    assertThat(after.await().verdict()).isEqualTo(new Verdict.Exited(3));
  }

  @Test
  void aShimThatHasNoConnectionLeftIsNotTakenForGone() throws Exception {
    Job before = test.sh("echo up; sleep 86400");
    assertThat(firstOutput(before)).isEqualTo("up\n");
    test.awaitStartRecorded(before);
    List<SocketChannel> others = new ArrayList<>();
    test.restart(
        () -> {
          for (int i = 0; i < SHIM_CONNECTIONS; i++) {
            others.add(connectTo(before));
          }
        });
    Job after = again(before);
    assertThat(connectTo(before).read(ByteBuffer.allocate(1))).isEqualTo(-1); // after the worker's
    assertThat(after.state()).isInstanceOf(JobState.Running.class);
    for (SocketChannel other : others) {
      other.close();
    }
    after.stop(StopRequest.kill("bob"));
    assertThat(after.await().verdict())
        .isEqualTo(new Verdict.Killed(9, Verdict.Cause.STOP_REQUEST, "bob"));
  }

  /** Returns when the shim has said its first word, or has closed the connection. */
  private static SocketChannel connectTo(Job job) throws IOException {
    Path socket = job.directory().resolve("control");
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    channel.read(ByteBuffer.allocate(1));
    return channel;
  }

  @Test
  void aDamagedExitRecordCostsThatJobAloneAndSaysSo() throws Exception {
    Gate gate = test.gate();
    Job before = test.sh("echo up; " + gate.pass());
    assertThat(firstOutput(before)).isEqualTo("up\n");
    test.restart(
        () -> {
          gate.open();
          Directories.awaitMade(before.directory(), "exit");
          Files.writeString(before.directory().resolve("exit"), "nonsense");
        });
    assertThat(again(before).await().verdict())
        .isEqualTo(
            new Verdict.Lost("its exit record is damaged: it does not begin with \"jobd-exit 1\""));
    assertThat(text(again(before))).isEqualTo("up\n");
    assertThat(test.sh("exit 5").await().verdict()).isEqualTo(new Verdict.Exited(5));
  }

  @Test
  void aStopThatWasAskedForBeforeTheRestartIsRemembered() throws Exception {
    Job before = test.sh("trap '' TERM; echo up; while :; do sleep 0.01; done");
    assertThat(firstOutput(before)).isEqualTo("up\n");
    before.stop(new StopRequest("bob", StopRequest.SIGTERM, Duration.ofMillis(300)));
    test.restart();
    assertThat(again(before).await().verdict())
        .isEqualTo(new Verdict.Killed(9, Verdict.Cause.STOP_REQUEST, "bob"));
  }

  @Test
  void aJobWhoseShimIsKilledIsLostAndGone() throws Exception {
    Job job = test.sh("echo up; sleep 86400");
    assertThat(firstOutput(job)).isEqualTo("up\n");
    assertThat(job.state()).isInstanceOf(JobState.Running.class);
    JobState.Command command = ((JobState.Running) job.state()).command();
    assertThat(shimOf(job).destroyForcibly()).isTrue();
    JobState.Ended end = job.await();
    assertThat(end.verdict())
        .isEqualTo(
            new Verdict.Lost(
                "the process that watched it was killed, or the host went down, before its end was"
                    + " recorded"));
    assertThat(end.command()).isEqualTo(command);
    assertThat(ProcessHandle.of(command.pid())).isEmpty();
    assertThat(text(job)).isEqualTo("up\n");
  }

  @Test
  void aJobWhoseInitIsKilledWasKilled() throws Exception {
    Job job = test.sh("echo up; sleep 86400");
    assertThat(firstOutput(job)).isEqualTo("up\n");
    ProcessHandle init = shimOf(job).children().findFirst().orElseThrow();
    assertThat(init.destroyForcibly()).isTrue();
    assertThat(job.await().verdict()).isEqualTo(new Verdict.Killed(9, Verdict.Cause.OTHER, null));
  }

  @Test
  void oneWorkerHoldsAStateDirectory() {
    assertThatThrownBy(() -> Worker.open(test.config()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("in use by another jobd");
  }
}
