package dev.jobd.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.jobd.api.ErrorDetails;
import dev.jobd.api.ErrorReason;
import dev.jobd.api.v1.InputEnd;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.SendInputRequest;
import dev.jobd.api.v1.SendInputResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Input of real jobs, through the real server over mutual TLS. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SendInputTest {
  private static final int LENGTH = 3 << 20;
  private static final byte[] INPUT = input();
  private static final int PIPE_BYTES = 64 << 10;

  private TestServer server;
  private ManagedChannel channel;
  private Client alice;

  @BeforeAll
  void start() throws Exception {
    server = TestServer.start();
    connect();
  }

  private void connect() throws Exception {
    channel = server.connect("alice", "user");
    alice = new Client(channel);
  }

  @AfterAll
  void end() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  private static byte[] input() {
    byte[] input = new byte[LENGTH];
    for (int i = 0; i < input.length; i++) {
      input[i] = (byte) (i * 31 + (i >> 8) + (i >> 16));
    }
    return input;
  }

  private Job fed(String script) {
    return fed(alice, script);
  }

  private static Job fed(Client client, String script) {
    return client.start(
        JobSpec.newBuilder().addAllArgv(List.of("sh", "-c", script)).setOpenStdin(true));
  }

  private InputClient open(Job job, long offset) throws InterruptedException {
    InputClient client = new InputClient(channel, job.getId());
    assertThat(client.next()).isEqualTo(SendInputResponse.newBuilder().setTaken(offset).build());
    return client;
  }

  private static void assertComplete(InputClient client, long taken) throws InterruptedException {
    assertThat(client.last())
        .isEqualTo(
            SendInputResponse.newBuilder()
                .setTaken(taken)
                .setEnd(InputEnd.INPUT_END_COMPLETE)
                .build());
    assertThat(client.end().code()).isEqualTo(Status.Code.OK);
  }

  @Test
  void comesByteByByteAndEndsWhereItsSenderSaysSo() throws Exception {
    Job job = fed("cat");
    try (InputClient client = open(job, 0)) {
      client.feed(INPUT, 0, LENGTH);
      client.send(LENGTH, new byte[0], true);
      assertComplete(client, LENGTH);
    }
    assertThat(job.getSpec().getOpenStdin()).isTrue();
    assertThat(alice.follow(job).bytes()).isEqualTo(INPUT);
  }

  @Test
  void endsWithTheLastBytesOrWithNone() throws Exception {
    Job two = fed("wc -c");
    Job none = fed("wc -c");
    try (InputClient ofTwo = open(two, 0);
        InputClient ofNone = open(none, 0)) {
      ofTwo.send(0, new byte[2], true);
      ofNone.send(0, new byte[0], true);
      assertComplete(ofTwo, 2);
      assertComplete(ofNone, 0);
    }
    assertThat(alice.follow(two).bytes()).isEqualTo("2\n".getBytes(UTF_8));
    assertThat(alice.follow(none).bytes()).isEqualTo("0\n".getBytes(UTF_8));
  }

  @Test
  void staysOpenAfterACallThatIsHalfClosedOrBreaks() throws Exception {
    Job job = fed("cat");
    InputClient first = open(job, 0);
    first.feed(INPUT, 0, 100_000);
    first.call.halfClose();
    assertThat(first.end().code()).isEqualTo(Status.Code.OK);
    try (InputClient second = open(job, 100_000)) {
      second.feed(INPUT, 100_000, LENGTH);
      second.awaitTaken(100_000 + (1 << 20));
    }
    InputClient third = new InputClient(channel, job.getId());
    long standing = third.next().getTaken();
    assertThat(standing).isBetween(100_000L + (1 << 20), (long) LENGTH);
    third.feed(INPUT, (int) standing, LENGTH);
    third.send(LENGTH, new byte[0], true);
    assertComplete(third, LENGTH);
    assertThat(alice.follow(job).bytes()).isEqualTo(INPUT);
  }

  @Test
  void goesOnAfterARestartOfTheServer() throws Exception {
    Job job = fed("cat");
    InputClient before = open(job, 0);
    before.feed(INPUT, 0, 100_000);
    before.awaitTaken(100_000);

    server.restart();
    connect();

    assertThat(before.end().code()).isEqualTo(Status.Code.UNAVAILABLE);
    try (InputClient after = open(job, 100_000)) {
      after.feed(INPUT, 100_000, LENGTH);
      after.send(LENGTH, new byte[0], true);
      assertComplete(after, LENGTH);
    }
    assertThat(alice.follow(job).bytes()).isEqualTo(INPUT);
  }

  @Test
  void comesFromTheLastCallAlone() throws Exception {
    Job job = fed("cat");
    InputClient first = open(job, 0);
    first.feed(INPUT, 0, 1000);
    first.awaitTaken(1000);
    try (InputClient second = open(job, 1000)) {
      ErrorDetails end = first.end();
      assertThat(end.code()).isEqualTo(Status.Code.ABORTED);
      assertThat(end.reason()).contains(ErrorReason.INPUT_REPLACED);
      second.feed(INPUT, 1000, 2000);
      second.send(2000, new byte[0], true);
      assertComplete(second, 2000);
    }
    assertThat(alice.follow(job).bytes()).hasSize(2000);
  }

  @Test
  void thatNobodyReadsIsNotTakenAndHoldsUpNothingElse() throws Exception {
    Job job = fed("echo up; exec sleep 1000");
    try (InputClient client = open(job, 0)) {
      client.feed(INPUT, 0, LENGTH);
      client.awaitTaken(PIPE_BYTES);
      // On the same connection, whose client would send more than the server takes.
      assertThat(client.call.isReady()).isFalse();
      assertThat(alice.stream(job).next().getChunk().getData().toStringUtf8()).isEqualTo("up\n");
      assertThat(alice.stop(job).getVerdict().getKilled().getSignal()).isEqualTo(9);
      assertThat(client.last().getTaken()).isEqualTo(PIPE_BYTES);
      assertThat(client.end().code()).isEqualTo(Status.Code.OK);
    }
  }

  @Test
  void isOverWhenTheJobClosesItsStdinOrHasEnded() throws Exception {
    Job closing = fed("read x; exec <&-; exec sleep 1000");
    try (InputClient client = open(closing, 0)) {
      client.send(0, new byte[] {'\n'}, false);
      SendInputResponse last = client.last();
      assertThat(last.getEnd()).isEqualTo(InputEnd.INPUT_END_CLOSED_BY_JOB);
      assertThat(last.getTaken()).isEqualTo(1);
      assertThat(client.end().code()).isEqualTo(Status.Code.OK);
    }
    alice.stop(closing);
    Job ended = fed("exit 3");
    alice.await(ended);
    try (InputClient client = new InputClient(channel, ended.getId())) {
      assertThat(client.last().getEnd())
          .isIn(InputEnd.INPUT_END_JOB_ENDED, InputEnd.INPUT_END_CLOSED_BY_JOB);
    }
  }

  private ErrorDetails refusal(ManagedChannel from, String job) throws InterruptedException {
    try (InputClient client = new InputClient(from, job)) {
      return client.end();
    }
  }

  @Test
  void isTheOwnersToSendAndNobodySeesAnothersJob() throws Exception {
    Job job = fed("cat");
    ManagedChannel bob = server.connect("bob", "user");
    ErrorDetails foreign = refusal(bob, job.getId());
    ErrorDetails absent = refusal(bob, "cccc0000-0000-4000-8000-000000000003");
    assertThat(foreign.reason()).contains(ErrorReason.JOB_NOT_FOUND);
    assertThat(foreign.code()).isEqualTo(absent.code());
    assertThat(foreign.message().replace(job.getId(), "ID"))
        .isEqualTo(absent.message().replace("cccc0000-0000-4000-8000-000000000003", "ID"));
    assertThat(refusal(server.connect("eve", "auditor"), job.getId()).reason())
        .contains(ErrorReason.PERMISSION_DENIED);

    ManagedChannel submitter = server.connect("sue", "submitter");
    Job own = fed(new Client(submitter), "wc -c");
    try (InputClient client = new InputClient(submitter, own.getId())) {
      client.next();
      client.send(0, new byte[4], true);
      assertComplete(client, 4);
    }
    alice.stop(job);
  }

  @Test
  void isRefusedWhereStdinIsNotOpen() throws Exception {
    Job job = alice.sh("exec sleep 1000");
    ErrorDetails refusal = refusal(channel, job.getId());
    assertThat(refusal.code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(refusal.reason()).contains(ErrorReason.STDIN_CLOSED);
    alice.stop(job);
  }

  @Test
  void refusesWhatIsNoInputAndNamesTheField() throws Exception {
    Job job = fed("cat");
    SendInputRequest.Builder message = SendInputRequest.newBuilder();
    assertRefused(job, "offset", message.clone().setOffset(1));
    assertRefused(job, "data", message.clone().setData(ByteString.copyFrom(new byte[65537])));
    assertRefused(job, "job", message.clone().setJob(job.getId()));
    SendInputRequest eager =
        SendInputRequest.newBuilder()
            .setJob(job.getId())
            .setData(ByteString.EMPTY)
            .setEnd(true)
            .build();
    try (InputClient client = new InputClient(channel, eager)) {
      assertThat(client.end().violations().getFirst().field()).isEqualTo("data");
    }
    try (InputClient client = new InputClient(channel, "")) {
      assertThat(client.end().violations().getFirst().field()).isEqualTo("job");
    }
    try (InputClient client = open(job, 0)) { // nothing of it has come to the job
      client.send(0, new byte[0], true);
      assertComplete(client, 0);
    }
    assertThat(alice.follow(job).bytes()).isEmpty();
  }

  private void assertRefused(Job job, String field, SendInputRequest.Builder message)
      throws InterruptedException {
    try (InputClient client = open(job, 0)) {
      client.send(message);
      ErrorDetails end = client.end();
      assertThat(end.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(end.violations().getFirst().field()).isEqualTo(field);
    }
  }

  @Test
  void isBoundedPerUserAndFreedByWhoLeaves() throws Exception {
    ManagedChannel busy = server.connect("busy", "user");
    Client client = new Client(busy);
    int bound = ServerConfig.Bounds.DEFAULT.calls().inputs().perUser();
    List<InputClient> calls = new ArrayList<>();
    Job job = fed(client, "exec sleep 1000");
    for (int i = 0; i < bound; i++) {
      Job one = fed(client, "cat >/dev/null");
      InputClient call = new InputClient(busy, one.getId());
      call.next();
      calls.add(call);
    }
    assertThat(refusal(busy, job.getId()).reason()).contains(ErrorReason.TOO_MANY_CALLS);
    calls.getFirst().send(0, new byte[0], true);
    assertComplete(calls.getFirst(), 0);
    for (InputClient call : calls.subList(1, bound)) {
      call.send(0, new byte[] {1}, true);
    }
    for (InputClient call : calls.subList(1, bound)) {
      assertComplete(call, 1);
    }
    try (InputClient call = new InputClient(busy, job.getId())) {
      assertThat(call.next().getTaken()).isZero();
    }
    client.stop(job);
  }
}
