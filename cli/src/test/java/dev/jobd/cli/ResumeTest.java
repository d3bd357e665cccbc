package dev.jobd.cli;

import static dev.jobd.api.v1.OutputStream.OUTPUT_STREAM_STDERR;
import static dev.jobd.api.v1.OutputStream.OUTPUT_STREAM_STDOUT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.Errors;
import dev.jobd.api.v1.StartJobRequest;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What jobctl does when its server goes away, and comes back or not. */
class ResumeTest {
  private static final String JOB = "be3936f3-b4a2-486a-a1d8-df885e34386c";

  private FakeJobd jobd;
  private Shell shell;
  private String address;
  private ExecutorService executor;

  @BeforeEach
  void start(@TempDir Path home) throws IOException {
    jobd = FakeJobd.start();
    shell = Shell.at(home, jobd.port());
    address = "localhost:" + jobd.port();
    executor = Executors.newSingleThreadExecutor();
    jobd.add(FakeJobd.running(JOB, "build"));
  }

  @AfterEach
  void stop() {
    executor.close();
    jobd.close();
  }

  private Future<Shell.Result> run(String... arguments) {
    return executor.submit(() -> shell.run(arguments));
  }

  private void endJob() {
    jobd.add(FakeJobd.ended(FakeJobd.running(JOB, "build"), FakeJobd.exited(3)));
  }

  private static Shell.Result result(Future<Shell.Result> running) throws Exception {
    return running.get(60, TimeUnit.SECONDS);
  }

  @Test
  void logsGoOnWhereTheyBrokeOffAndSaySo() throws Exception {
    jobd.output.write(OUTPUT_STREAM_STDERR, "err\n");
    jobd.output.write(OUTPUT_STREAM_STDOUT, "one\n");
    jobd.output.gap(OUTPUT_STREAM_STDERR, 7);
    jobd.output.gap(OUTPUT_STREAM_STDOUT, 9);
    Reader reader = new Reader();
    Future<Shell.Result> logs =
        executor.submit(() -> shell.run(reader.bytes, reader, "logs", "--format", "json", "build"));
    reader.awaitLines(4);

    jobd.goAway();
    jobd.output.write(OUTPUT_STREAM_STDOUT, "two\n");
    jobd.comeBack();
    reader.awaitLines(5);
    jobd.goAway();
    endJob();
    jobd.comeBack();

    assertThat(result(logs).out().replaceAll(",\"time\":\"[^\"]*\"", ""))
        .isEqualTo(
            """
            {"log":"err\\n","stream":"stderr"}
            {"log":"one\\n","stream":"stdout"}
            {"log":"","stream":"stderr","dropped":7}
            {"log":"","stream":"stdout","dropped":9}
            {"log":"two\\n","stream":"stdout"}
            """);
    String lost = "jobctl: lost " + address + "; trying again for up to 60 s\n";
    String back = "jobctl: " + address + " is back\n";
    assertThat(result(logs).err()).isEqualTo(lost + back + lost + back);
    assertThat(result(logs).exitCode()).isZero();
    assertThat(jobd.reads).extracting(read -> read.getOffset()).containsExactly(0L, 8L, 12L);
    assertThat(jobd.reads).allSatisfy(read -> assertThat(read.getJob()).isEqualTo(JOB));
  }

  /** Standard output, for a test that waits for it. */
  private static final class Reader implements WritableByteChannel {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Semaphore lines = new Semaphore(0);
    private int taken;

    void awaitLines(int count) throws InterruptedException {
      assertThat(lines.tryAcquire(count - taken, 20, TimeUnit.SECONDS)).isTrue();
      taken = count;
    }

    @Override
    public int write(ByteBuffer source) {
      int length = source.remaining();
      while (source.hasRemaining()) {
        byte next = source.get();
        bytes.write(next);
        if (next == '\n') {
          lines.release();
        }
      }
      return length;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  @Test
  void lastLinesThatBrokeOffGoOnWithoutWhatWasNotAskedFor() throws Exception {
    jobd.output.write(OUTPUT_STREAM_STDOUT, "a\n");
    jobd.output.tailFrom(0, 6);
    Reader reader = new Reader();
    Future<Shell.Result> logs =
        executor.submit(() -> shell.run(reader.bytes, reader, "logs", "--tail", "1", "-t", JOB));
    reader.awaitLines(1);
    jobd.goAway();
    jobd.output.write(OUTPUT_STREAM_STDERR, "x\n");
    jobd.output.write(OUTPUT_STREAM_STDERR, "y\nz\n");
    jobd.output.write(OUTPUT_STREAM_STDOUT, "b\n");
    endJob();
    jobd.comeBack();

    assertThat(result(logs).out().replaceAll("(?m)^\\S+ ", "")).isEqualTo("a\nb\n");
    assertThat(result(logs).err()).contains("z\n").doesNotContain("x\n", "y\n");
  }

  @Test
  void noLastLinesThatBrokeOffBeforeTheFirstByteSkipNothing() throws Exception {
    jobd.output.write(OUTPUT_STREAM_STDOUT, "old\n");
    jobd.output.tailFrom(4, 4);
    Future<Shell.Result> logs = run("logs", "--tail", "0", JOB);
    assertThat(jobd.followed.await(20, TimeUnit.SECONDS)).isTrue();
    jobd.goAway();
    jobd.output.write(OUTPUT_STREAM_STDOUT, "new\n");
    endJob();
    jobd.comeBack();

    assertThat(result(logs).out()).isEqualTo("new\n");
  }

  @Test
  void aServerThatStaysAwayIsGivenUpWithTheWayToGoOn() throws Exception {
    jobd.output.write(OUTPUT_STREAM_STDOUT, "one\n");
    Reader reader = new Reader();
    Future<Shell.Result> logs =
        executor.submit(() -> shell.run(reader.bytes, reader, "logs", JOB, "--retry-for", "300ms"));
    reader.awaitLines(1);

    jobd.goAway();

    assertThat(result(logs))
        .isEqualTo(
            new Shell.Result(
                5,
                "one\n",
                """
                jobctl: lost %s; trying again for up to 300 ms
                jobctl: cannot read the output of %s: lost %s and could not reach it again within 300 ms; jobctl logs --from 4 %s goes on with all output from there
                """
                    .formatted(address, JOB, address, JOB)));
  }

  @Test
  void anOtherEndThatStaysButHasNoServerIsAskedSeldomAndGivenUp() throws InterruptedException {
    jobd.failReads(Status.UNAVAILABLE.withDescription("503").asRuntimeException());

    Shell.Result result = shell.run("logs", JOB, "--retry-for", "1s");

    assertThat(result.exitCode()).isEqualTo(5);
    assertThat(result.err().lines())
        .hasSize(2)
        .first()
        .isEqualTo("jobctl: lost " + address + "; trying again for up to 1 s");
    // After 50 ms at least, then 100, 200, 400 and the rest.
    assertThat(jobd.reads).hasSizeBetween(2, 6);
  }

  @Test
  void aServerThatIsThereAgainBehindTheSameConnectionIsToldOfOnce() throws Exception {
    jobd.failReads(Status.UNAVAILABLE.asRuntimeException());
    Future<Shell.Result> logs = run("logs", JOB);
    jobd.awaitHeard(3);
    endJob();
    jobd.failReads(null);

    assertThat(result(logs))
        .isEqualTo(
            new Shell.Result(
                0,
                "",
                """
                jobctl: lost %s; trying again for up to 60 s
                jobctl: %s is back
                """
                    .formatted(address, address)));
  }

  @Test
  void aServerThatStillCountsTheLostCallIsGivenTimeToFindOut() throws Exception {
    jobd.output.write(OUTPUT_STREAM_STDOUT, "one\n");
    Reader reader = new Reader();
    Future<Shell.Result> logs = executor.submit(() -> shell.run(reader.bytes, reader, "logs", JOB));
    reader.awaitLines(1);
    jobd.goAway();
    jobd.failReads(Errors.tooManyCalls("followers", "user alice", 1));
    jobd.comeBack();
    jobd.awaitHeard(3);
    endJob();
    jobd.failReads(null);

    String back = "jobctl: " + address + " is back\n";
    assertThat(result(logs).exitCode()).isZero();
    assertThat(result(logs).out()).isEqualTo("one\n");
    assertThat(result(logs).err())
        .isEqualTo(
            "jobctl: lost %s; trying again for up to 60 s\n".formatted(address)
                + back
                + "jobctl: %s may still count the call that was lost; trying again for up to 60 s\n"
                    .formatted(address)
                + back);
  }

  @Test
  void tooManyCallsAreToldAtOnceWhereNoneWasLost() throws InterruptedException {
    jobd.failReads(Errors.tooManyCalls("followers", "user alice", 1));

    assertThat(shell.run("logs", JOB).err()).hasLineCount(1).contains("user alice has 1 followers");
    assertThat(jobd.reads).hasSize(1);
  }

  @Test
  void aStartWhoseAnswerIsLostIsAskedForAgainByTheSameId() throws Exception {
    jobd.startsToLose = 1;
    Future<Shell.Result> start = run("start", "sleep", "60");
    jobd.awaitLostStart();
    jobd.comeBack();

    assertThat(result(start).exitCode()).isZero();
    assertThat(jobd.startRequests).hasSize(2);
    assertThat(jobd.startRequests.get(1)).isEqualTo(jobd.startRequests.getFirst());
    assertThat(jobd.startRequests.getFirst().getRequestId()).matches("[0-9a-f-]{36}");
  }

  @Test
  void aStartThatIsGivenUpSaysHowToAskAgainSafely() throws Exception {
    jobd.startsToLose = 1;
    Future<Shell.Result> start =
        run("start", "--retry-for=0", "--request-id", "r-1", "sleep", "60");
    jobd.awaitLostStart();

    assertThat(result(start).exitCode()).isEqualTo(5);
    assertThat(result(start).err())
        .endsWith("; the same with --request-id r-1 asks again without starting it twice\n")
        .hasLineCount(1);
  }

  @Test
  void eachStartHasAnIdOfItsOwnUnlessOneIsChosen() throws InterruptedException {
    shell.run("start", "true");
    shell.run("start", "true");
    shell.run("start", "--request-id", "r-1", "true");

    assertThat(jobd.startRequests)
        .extracting(StartJobRequest::getRequestId)
        .doesNotHaveDuplicates()
        .endsWith("r-1");
  }

  @Test
  void aServerThatNeverComesIsToldOfBeforeAndAfter() throws InterruptedException, IOException {
    jobd.goAway();

    assertThat(shell.run("status", "--retry-for", "300ms", JOB).err())
        .startsWith("jobctl: no connection to " + address + "; trying for up to 300 ms\n")
        .contains("jobctl: cannot show job " + JOB + ": no connection to " + address)
        .hasLineCount(2);
    shell.variables.put("JOBCTL_RETRY_FOR", "0");
    assertThat(shell.run("status", JOB).err()).hasLineCount(1);
  }

  @Test
  void aFirstConnectionThatTakesLongIsToldOf() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String server = "localhost:" + silent.getLocalPort();
      Reader err = new Reader();
      Future<Integer> list =
          executor.submit(
              () -> shell.run(new Reader(), err, "list", "--server", server, "--retry-for", "0"));
      try (Socket _ = silent.accept()) {
        err.awaitLines(1);
        assertThat(err.bytes.toString(UTF_8)).isEqualTo("jobctl: waiting for " + server + " ...\n");
      }
      assertThat(list.get(60, TimeUnit.SECONDS)).isEqualTo(5);
    }
  }

  @Test
  void whatTheServerRefusesIsNotAskedForAgain() throws InterruptedException {
    assertThat(shell.run("logs", "nonsense").err()).hasLineCount(1).contains("no such job");
  }
}
