package dev.jobd.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.api.Errors;
import dev.jobd.api.v1.KillCause;
import dev.jobd.api.v1.OutputStream;
import dev.jobd.api.v1.StopJobRequest;
import dev.jobd.api.v1.Verdict;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sun.misc.Signal;
import sun.misc.SignalHandler;

class RunCommandTest {
  private static final String FIRST_JOB = "8de11b74-5cd9-4769-b40d-000000000001";

  private static final String STOPPING =
      "jobctl: stopping the job by SIGINT; it is killed in 10 s, or at once by another signal\n";

  private FakeJobd jobd;
  private Shell shell;

  /** Else one that a jobctl comes to late, which has given up, ends this JVM. */
  private final Map<Signal, SignalHandler> before = new HashMap<>();

  @BeforeEach
  void survive() {
    for (String name : new String[] {"INT", "TERM"}) {
      Signal signal = new Signal(name);
      before.put(signal, Signal.handle(signal, _ -> {}));
    }
  }

  @AfterEach
  void dieAsBefore() {
    before.forEach(Signal::handle);
  }

  @BeforeEach
  void start(@TempDir Path home) throws IOException {
    jobd = FakeJobd.start();
    shell = Shell.at(home, jobd.port());
  }

  @AfterEach
  void stop() {
    jobd.close();
  }

  @Test
  void theJobsOutputAndCodeAreItsOwn() throws InterruptedException {
    jobd.verdict = FakeJobd.exited(7);
    jobd.output.write(OutputStream.OUTPUT_STREAM_STDOUT, "out\n");
    jobd.output.write(OutputStream.OUTPUT_STREAM_STDERR, "err\n");

    assertThat(shell.run("run", "sh", "-c", "exit 7"))
        .isEqualTo(new Shell.Result(7, "out\n", "err\n"));
  }

  @Test
  void aKilledJobIs128AndTheSignal() throws InterruptedException {
    jobd.verdict = FakeJobd.killed(11);

    assertThat(shell.run("run", "crash").exitCode()).isEqualTo(139);
  }

  @Test
  void whatIsSaidBeginsALineOfItsOwn() throws InterruptedException {
    jobd.verdict = FakeJobd.killed(11);
    jobd.output.write(OutputStream.OUTPUT_STREAM_STDERR, "err");
    jobd.output.write(OutputStream.OUTPUT_STREAM_STDOUT, "out");

    assertThat(shell.run("run", "crash"))
        .isEqualTo(new Shell.Result(139, "out", "err\njobctl: stopped (signal: 11)\n"));
    shell.terminal = true;
    assertThat(shell.run("run", "crash"))
        .isEqualTo(new Shell.Result(139, "out\n", "err\njobctl: stopped (signal: 11)\n"));
  }

  @ParameterizedTest
  @CsvSource({
    "KILL_CAUSE_OUT_OF_MEMORY, out of memory (signal: 9)",
    "KILL_CAUSE_TIMEOUT, timed out (signal: 9)",
    "KILL_CAUSE_OTHER, killed (signal: 9)",
    "KILL_CAUSE_STOP_REQUEST, stopped (signal: 9)"
  })
  void whatEndedAJobThatDidNotExitIsSaid(KillCause cause, String words)
      throws InterruptedException {
    Verdict.Builder verdict = FakeJobd.killed(9).toBuilder();
    verdict.getKilledBuilder().setCause(cause);
    jobd.verdict = verdict.build();

    assertThat(shell.run("run", "x"))
        .isEqualTo(new Shell.Result(137, "", "jobctl: " + words + "\n"));
  }

  @ParameterizedTest
  @CsvSource({"exec, 2, 127", "exec, 13, 126", "chdir, 2, 125"})
  void aCommandThatCannotRunGivesWhatAShellWould(String step, int errno, int code)
      throws InterruptedException {
    jobd.startFailure = Errors.startFailed("1234", "words", step, errno, "why");

    assertThat(shell.run("run", "x").exitCode()).isEqualTo(code);
  }

  @Test
  void aJobThatIsRefusedIs125() throws InterruptedException {
    jobd.startFailure = Errors.startRefused(Optional.empty(), "1f");
    Shell.Result refused = shell.run("run", "x");
    assertThat(refused.exitCode()).isEqualTo(125);
    assertThat(refused.err()).contains("was not started").doesNotContain("no connection");

    jobd.startFailure = Errors.permissionDenied("role auditor may not start jobs");
    assertThat(shell.run("run", "x").exitCode()).isEqualTo(4);
  }

  @Test
  void ctrlCIsPassedOnToTheJobWithTimeToEnd() throws Exception {
    jobd.verdict = null;

    Shell.Result result = interrupted("INT");

    assertThat(result).isEqualTo(new Shell.Result(130, "", ""));
    StopJobRequest request = jobd.stops.getFirst();
    assertThat(request.getSignal()).isEqualTo(2);
    assertThat(request.getGrace().getSeconds()).isEqualTo(StopOnSignal.GRACE_SECONDS);
  }

  @Test
  void aJobThatTookNoNoticeOfCtrlCIsSaidToHaveBeenKilled() throws Exception {
    jobd.verdict = null;
    jobd.heedless = true;

    assertThat(interrupted("INT"))
        .isEqualTo(new Shell.Result(137, "", "jobctl: stopped (signal: 9)\n"));
  }

  @Test
  void whatComesOfCtrlCIsSaidAtOnce() throws Exception {
    jobd.verdict = null;
    jobd.failStops(Status.DEADLINE_EXCEEDED.asRuntimeException()); // so that the job runs on
    LineQueue err = new LineQueue();

    try (Following run = new Following(err)) {
      Signal.raise(new Signal("INT"));
      assertThat(err.next()).isEqualTo(STOPPING);
      Signal.raise(new Signal("INT"));
      assertThat(err.next())
          .isEqualTo(
              "jobctl: killing the job; another signal ends jobctl without waiting for that\n");
      jobd.failStops(null);
      assertThat(run.awaitCode()).isNotZero();
    }
  }

  @Test
  void whatComesOfCtrlCIsSaidAlsoWhereTheJobEndsFaster() throws Exception {
    jobd.verdict = null;
    CountDownLatch mayBeWritten = new CountDownLatch(1);
    LineQueue err = new LineQueue(mayBeWritten);

    try (Following run = new Following(err)) {
      Signal.raise(new Signal("INT"));
      jobd.awaitHeard(2);
      assertThatThrownBy(() -> run.code.get(300, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      mayBeWritten.countDown();

      assertThat(run.awaitCode()).isEqualTo(130);
      assertThat(err.written).containsExactly(STOPPING);
    }
  }

  @Test
  void terminationIsPassedOnToo() throws Exception {
    jobd.verdict = null;

    assertThat(interrupted("TERM").exitCode()).isEqualTo(143);
  }

  @Test
  void ctrlCByWhoMayNotStopEndsJobctlAndSaysSo() throws Exception {
    jobd.verdict = null;
    jobd.stopFailure = Errors.permissionDenied("role submitter may not stop jobs");

    Shell.Result result = interrupted("INT");

    assertThat(result.exitCode()).isEqualTo(4);
    assertThat(result.err())
        .startsWith("jobctl: cannot stop ")
        .contains("role submitter may not stop jobs")
        .endsWith("; it runs on: jobctl logs " + FIRST_JOB + " follows it\n");
  }

  @Test
  void ctrlCThatGotNoAnswerIsPassedOnAgain() throws Exception {
    jobd.verdict = null;
    jobd.failStops(Status.DEADLINE_EXCEEDED.asRuntimeException());
    LineQueue err = new LineQueue();

    try (Following run = new Following(err)) {
      jobd.awaitHeard(1);
      Signal.raise(new Signal("INT"));
      jobd.awaitHeard(2);
      jobd.failStops(null);

      assertThat(run.awaitCode()).isEqualTo(130);
      assertThat(run.out.written).isEmpty();
      assertThat(err.written).containsExactly(STOPPING);
    }
    assertThat(jobd.stops).hasSizeGreaterThan(2).containsOnly(jobd.stops.getFirst());
  }

  @ParameterizedTest
  @ValueSource(strings = {"DEADLINE_EXCEEDED", "UNAVAILABLE"})
  void ctrlCThatIsGivenUpSaysThatTheJobMayRunOnAndHowToStopIt(Status.Code code) throws Exception {
    jobd.verdict = null;
    jobd.failStops(code.toStatus().asRuntimeException());

    Shell.Result result = interrupted("INT", "--retry-for", "1s");

    assertThat(result.exitCode()).isEqualTo(5);
    assertThat(result.err())
        .startsWith("jobctl: cannot stop " + FIRST_JOB + ": ")
        .endsWith("; the job may run on: jobctl stop " + FIRST_JOB + " stops it\n")
        .hasLineCount(1);
    // At once, then after 50 ms at least, 100, 200, 400 and 800.
    assertThat(jobd.stops).hasSizeBetween(2, 6);
  }

  @Test
  void ctrlCWhileTheServerStaysAwaySaysThatTheJobMayRunOn() throws Exception {
    jobd.verdict = null;
    LineQueue err = new LineQueue();

    // So long that the signal comes before jobctl has given up, on a slow machine too.
    try (Following run = new Following(err, "--retry-for", "3s")) {
      jobd.goAway();
      Signal.raise(new Signal("INT"));

      assertThat(run.awaitCode()).isEqualTo(5);
      assertThat(err.rest())
          .endsWith("; the job may run on: jobctl stop " + FIRST_JOB + " stops it\n");
    }
  }

  /**
   * What a run leaves that gets a signal once it follows its job; without what is said of the
   * signal.
   */
  private Shell.Result interrupted(String signal, String... options) throws Exception {
    LineQueue err = new LineQueue();
    try (Following run = new Following(err, options)) {
      Signal.raise(new Signal(signal));
      return withoutNotice(new Shell.Result(run.awaitCode(), run.out.rest(), err.rest()));
    }
  }

  /** A run that has printed what its job did: it passes signals on by then. */
  private final class Following implements AutoCloseable {
    private static final String UP = "up\n";

    private final ExecutorService executor = Executors.newSingleThreadExecutor();

    /** What it prints after that. */
    final LineQueue out = new LineQueue();

    final Future<Integer> code;

    Following(LineQueue err, String... options) throws InterruptedException {
      jobd.output.write(OutputStream.OUTPUT_STREAM_STDOUT, UP);
      String[] line =
          Stream.of(Stream.of("run"), Stream.of(options), Stream.of("sleep", "60"))
              .flatMap(words -> words)
              .toArray(String[]::new);
      code = executor.submit(() -> shell.run(out, err, line));
      assertThat(out.next()).isEqualTo(UP);
    }

    int awaitCode() throws Exception {
      return code.get(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
      executor.close();
    }
  }

  private static Shell.Result withoutNotice(Shell.Result result) {
    return new Shell.Result(
        result.exitCode(), result.out(), result.err().replaceFirst("jobctl: stopping .*\n", ""));
  }

  /** What is written in one go, for who waits for it, but for the word that jobctl waits. */
  private static final class LineQueue implements WritableByteChannel {
    private final BlockingQueue<String> written = new LinkedBlockingQueue<>();
    private final CountDownLatch mayBeWritten;

    LineQueue() {
      this(new CountDownLatch(0));
    }

    LineQueue(CountDownLatch mayBeWritten) {
      this.mayBeWritten = mayBeWritten;
    }

    @Nullable String next() throws InterruptedException {
      return written.poll(20, TimeUnit.SECONDS);
    }

    /** What was written and not waited for. */
    String rest() {
      return String.join("", written);
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      int count = bytes.remaining();
      String words = Shell.withoutWaiting(UTF_8.decode(bytes).toString());
      try {
        if (!words.isEmpty()) {
          mayBeWritten.await();
          written.add(words);
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
