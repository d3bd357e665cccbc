package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.firstOutput;
import static dev.jobd.worker.TestWorker.output;
import static dev.jobd.worker.TestWorker.shell;
import static dev.jobd.worker.TestWorker.text;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.InputState.Over;
import dev.jobd.worker.InputState.Why;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.OutputStreamKind;
import dev.jobd.worker.model.ReadRequest;
import dev.jobd.worker.model.Verdict;
import dev.jobd.worker.output.Follower;
import dev.jobd.worker.output.OutputEvent;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The library alone, on the real kernel: what a job reads. */
class JobInputTest {
  private static final int LENGTH = 4 << 20;
  private static final byte[] INPUT = Feeder.bytes(LENGTH);

  private TestWorker test;

  @BeforeEach
  void open() throws IOException {
    test = TestWorker.open();
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  private Job fed(String script) throws Exception {
    return test.start(shell(script).openStdin(true));
  }

  private Job again(Job job) throws IOException {
    return test.worker().find(job.id()).orElseThrow();
  }

  @Test
  void comesByteByByteAsItWasSentAndEnds() throws Exception {
    Job job = fed("cat");
    Feeder feeder = new Feeder(job);
    feeder.feed(INPUT, LENGTH);
    assertThat(feeder.end()).isEqualTo(new Over(LENGTH, Why.COMPLETE));
    assertThat(output(job)).isEqualTo(INPUT);
    assertThat(job.await().verdict()).isEqualTo(new Verdict.Exited(0));
  }

  @Test
  void thatIsEmptyEndsAtOnce() throws Exception {
    Job job = fed("wc -c");
    Feeder feeder = new Feeder(job);
    assertThat(feeder.offset()).isZero();
    assertThat(feeder.end()).isEqualTo(new Over(0, Why.COMPLETE));
    assertThat(text(job)).isEqualTo("0\n");
  }

  @Test
  void isRefusedWhereStdinIsNotOpen() throws Exception {
    Job job = test.sh("wc -c");
    assertThatThrownBy(() -> job.sendInput(() -> {})).isInstanceOf(StdinClosedException.class);
    assertThat(text(job)).isEqualTo("0\n");
  }

  @Test
  void isOverWhenTheJobClosesItsStdin() throws Exception {
    Job job = fed("read x; exec <&-; sleep 1000");
    Feeder feeder = new Feeder(job);
    feeder.send("a\n".getBytes(US_ASCII), 0, 2);
    assertThat(feeder.over()).isEqualTo(new Over(2, Why.CLOSED_BY_JOB));
  }

  @Test
  void thatIsNotReadHoldsNobodyUp() throws Exception {
    Job job = fed("echo up; sleep 1000");
    Feeder feeder = new Feeder(job);
    feeder.feed(INPUT, InputSender.MAX_BYTES); // the pipe is full then
    feeder.send(INPUT, InputSender.MAX_BYTES, InputSender.MAX_BYTES);
    assertThat(firstOutput(job)).isEqualTo("up\n");
    assertThat(feeder.sender.state()).isEqualTo(new InputState.Waiting());
    job.stop(StopRequest.kill("alice"));
    assertThat(job.await().verdict())
        .isEqualTo(new Verdict.Killed(9, Verdict.Cause.STOP_REQUEST, "alice"));
    assertThat(feeder.settled()).isInstanceOf(Over.class);
  }

  @Test
  void ofAnEndedJobIsOver() throws Exception {
    Job job = fed("exit 0");
    job.await();
    test.restart();
    assertThat(new Feeder(again(job)).settled()).isEqualTo(new Over(0, Why.JOB_ENDED));
  }

  @Test
  void comesFromTheLastSenderAloneFromWhereItStands() throws Exception {
    Job job = fed("read go; cat");
    Feeder first = new Feeder(job);
    first.feed(INPUT, 70000 - 70000 % 256); // the first newline is far behind
    first.send(INPUT, (int) first.offset(), InputSender.MAX_BYTES);
    Feeder second = new Feeder(job);
    assertThat(first.sender.state()).isEqualTo(new InputState.Replaced());
    first.sender.end(); // has no effect any more
    second.feed(INPUT, LENGTH);
    assertThat(second.end()).isEqualTo(new Over(LENGTH, Why.COMPLETE));
    assertThat(output(job)).isEqualTo(afterFirstLine());
  }

  /** What {@code cat} gets when {@code read} has had the first line. */
  private static byte[] afterFirstLine() {
    int at = 0;
    while (INPUT[at] != '\n') {
      at++;
    }
    return Arrays.copyOfRange(INPUT, at + 1, LENGTH);
  }

  @Test
  void goesOnWhereItStandsAfterARestart() throws Exception {
    Job before = fed("cat");
    Feeder first = new Feeder(before);
    first.feed(INPUT, 1 << 20);
    first.send(INPUT, 1 << 20, InputSender.MAX_BYTES);
    test.restart();
    Job after = again(before);
    Feeder second = new Feeder(after);
    assertThat(second.offset()).isBetween(1L << 20, (1L << 20) + InputSender.MAX_BYTES);
    second.feed(INPUT, LENGTH);
    assertThat(second.end()).isEqualTo(new Over(LENGTH, Why.COMPLETE));
    assertThat(output(after)).isEqualTo(INPUT);
  }

  @Test
  void thatCameToItsEndIsKnownAsSuchAfterARestart() throws Exception {
    Job before = fed("cat; sleep 1000");
    Feeder feeder = new Feeder(before);
    feeder.feed(INPUT, 5);
    feeder.end();
    test.restart();
    assertThat(new Feeder(again(before)).settled()).isEqualTo(new Over(5, Why.COMPLETE));
  }

  @Test
  void survivesConnectionsToTheShimThatBreakAtAnyByte() throws Exception {
    Job before = fed("cat; exec sleep 1000");
    CompletableFuture<ShimProxy> between = new CompletableFuture<>();
    test.restart(() -> between.complete(new ShimProxy(before)));
    try (ShimProxy proxy = between.join()) {
      Job after = again(before);
      Feeder feeder = new Feeder(after);
      for (int cut = 1; cut <= 3; cut++) {
        int at = cut * (1 << 20) - 12345 * cut;
        feeder.feed(INPUT, at);
        feeder.send(INPUT, at, InputSender.MAX_BYTES);
        proxy.cut();
      }
      feeder.feed(INPUT, LENGTH);
      assertThat(feeder.offset()).isEqualTo(LENGTH);
      feeder.sender.end();
      proxy.cut();
      assertThat(feeder.settled()).isEqualTo(new Over(LENGTH, Why.COMPLETE));
      awaitPrinted(after, LENGTH);
      after.stop(StopRequest.kill("alice"));
      assertThat(output(after)).isEqualTo(INPUT);
      after.await();
    }
  }

  /** What a job has been given, it need not have read. */
  private static void awaitPrinted(Job job, int length) throws Exception {
    try (Follower follower = job.follow(ReadRequest.ALL)) {
      for (int printed = 0; printed < length; ) {
        printed += ((OutputEvent.Chunk) follower.take()).bytes().length;
      }
    }
  }

  @Test
  void staysWithItsSenderWhereAShimThatTakesNoMessagesCannotBeTold() throws Exception {
    Job before = fed("trap '' TERM; echo up >&2; cat");
    assertThat(firstOutput(before)).isEqualTo("up\n");
    Feeder first = new Feeder(before);
    first.feed(INPUT, 1000);
    long shim = shimOf(before);
    signal("STOP", shim);
    fillWayTo(before);

    assertThatThrownBy(() -> before.sendInput(() -> {})).isInstanceOf(IOException.class);
    assertThatThrownBy(first.sender::end).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> first.send(INPUT, 1000, 1)).isInstanceOf(IOException.class);
    assertThat(first.sender.state()).isEqualTo(new InputState.Ready(1000));

    test.restart(() -> signal("CONT", shim));
    Job after = again(before);
    Feeder second = new Feeder(after);
    second.feed(INPUT, LENGTH);
    assertThat(second.end()).isEqualTo(new Over(LENGTH, Why.COMPLETE));
    assertThat(output(after, OutputStreamKind.STDOUT)).isEqualTo(INPUT);
  }

  /** The parent of its init, which is the parent of its command. */
  private static long shimOf(Job job) {
    assertThat(job.state()).isInstanceOf(JobState.Running.class);
    int command = ((JobState.Running) job.state()).command().pid();
    return ProcessHandle.of(command)
        .flatMap(ProcessHandle::parent)
        .flatMap(ProcessHandle::parent)
        .orElseThrow()
        .pid();
  }

  private static void signal(String signal, long pid) throws Exception {
    String[] kill = {"kill", "-" + signal, Long.toString(pid)};
    assertThat(new ProcessBuilder(kill).start().waitFor()).isZero();
  }

  /** Sends messages that change nothing, until no more have room. */
  private static void fillWayTo(Job job) {
    StopRequest ignored = new StopRequest("alice", StopRequest.SIGTERM, StopRequest.MAX_GRACE);
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 100_000; i++) {
                job.stop(ignored);
              }
            })
        .isInstanceOf(IOException.class);
  }
}
