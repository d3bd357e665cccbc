package dev.jobd.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.jobd.api.ErrorDetails;
import dev.jobd.api.ErrorReason;
import dev.jobd.api.v1.GetServerInfoRequest;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.ListJobsRequest;
import dev.jobd.api.v1.ServerServiceGrpc;
import dev.jobd.api.v1.StartJobRequest;
import dev.jobd.api.v1.StreamOutputRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Clients that take what they can get, over mutual TLS; another user is served meanwhile. */
class CallBudgetTest {
  private static final ServerConfig.Bounds BOUNDS = ServerConfig.Bounds.DEFAULT;
  private static final int PER_CONNECTION = BOUNDS.calls().perConnection();

  @Test
  void answersThatNobodyReadsAreBoundedPerUser() throws Exception {
    try (TestServer server = TestServer.start()) {
      // With a larger window the client would hold the answers, and the server nothing.
      ManagedChannel greedy = server.connect("mallory", "user", 64 << 10);
      new Client(greedy).start(large()); // One job of almost a mebibyte makes a page of its own.
      List<Greedy<?>> calls = new ArrayList<>();
      for (int i = 0; i < PER_CONNECTION; i++) {
        calls.add(
            Greedy.call(
                greedy, JobServiceGrpc.getListJobsMethod(), ListJobsRequest.getDefaultInstance()));
      }
      // Which of them come first is the server's affair; how many are served is not.
      int refused = PER_CONNECTION - BOUNDS.calls().unary().perUser();
      for (ErrorDetails refusal : Greedy.firstFailures(calls, refused)) {
        assertThat(refusal.reason()).contains(ErrorReason.TOO_MANY_CALLS);
        assertThat(refusal.message())
            .isEqualTo("user mallory has 64 calls under way: end one, or try again later");
      }
      assertThat(calls).filteredOn(call -> call.closed.isDone()).hasSize(refused);
      serves(server);
      calls.forEach(Greedy::cancel);
      servesAgain(new Client(greedy));
    }
  }

  @Test
  void largeRequestsAreBoundedPerUserUntilTheirAnswersAreRead() throws Exception {
    try (TestServer server = TestServer.start()) {
      ManagedChannel greedy = server.connect("mallory", "user", 64 << 10);
      StartJobRequest start = StartJobRequest.newBuilder().setSpec(large()).build();
      List<Greedy<?>> calls = new ArrayList<>();
      for (int i = 0; i < BOUNDS.calls().largeRequests().perUser() + 4; i++) {
        calls.add(Greedy.call(greedy, JobServiceGrpc.getStartJobMethod(), start));
      }
      for (ErrorDetails refusal : Greedy.firstFailures(calls, 4)) {
        assertThat(refusal.reason()).contains(ErrorReason.TOO_MANY_CALLS);
        assertThat(refusal.message())
            .isEqualTo("user mallory has 8 large requests under way: end one, or try again later");
      }
      assertThat(new Client(greedy).sh("true").getId()).isNotEmpty();
      assertThat(new Client(server.connect("alice", "user")).start(large()).getId()).isNotEmpty();
      calls.forEach(Greedy::cancel);
      servesAgain(new Client(greedy));
    }
  }

  @Test
  void requestsThatNeverEndAreBoundedAndEndedByTheClock() throws Exception {
    var bounds = BOUNDS.withRequestTime(Duration.ofSeconds(2));
    try (TestServer server = TestServer.start(bounds)) {
      ManagedChannel greedy = server.connect("mallory", "user");
      GetServerInfoRequest large =
          GetServerInfoRequest.newBuilder()
              .setUnknownFields(
                  UnknownFieldSet.newBuilder()
                      .addField(
                          1000,
                          UnknownFieldSet.Field.newBuilder()
                              .addLengthDelimited(ByteString.copyFrom(new byte[1 << 20]))
                              .build())
                      .build())
              .build();
      List<Greedy<?>> calls = new ArrayList<>();
      for (int i = 0; i < PER_CONNECTION; i++) {
        calls.add(Greedy.open(greedy, ServerServiceGrpc.getGetServerInfoMethod(), large));
      }
      serves(server);
      List<Status.Code> ends = new ArrayList<>();
      for (Greedy<?> call : calls) {
        ends.add(call.failure().code());
      }
      assertThat(Collections.frequency(ends, Status.Code.DEADLINE_EXCEEDED))
          .isGreaterThanOrEqualTo(BOUNDS.calls().unary().perUser());
      assertThat(ends).containsOnly(Status.Code.DEADLINE_EXCEEDED, Status.Code.RESOURCE_EXHAUSTED);
      servesAgain(new Client(greedy));
    }
  }

  @Test
  void followersAreBoundedPerUser() throws Exception {
    int bound = 256;
    try (TestServer server =
        TestServer.start(BOUNDS.withCapacity(new Capacity(1024, 1024, bound)))) {
      ManagedChannel greedy = server.connect("mallory", "user");
      Job job = new Client(greedy).sh("echo ready; sleep 1000");
      StreamOutputRequest follow =
          StreamOutputRequest.newBuilder().setJob(job.getId()).setFollow(true).build();
      List<Greedy<?>> calls = new ArrayList<>();
      ManagedChannel channel = greedy;
      for (int i = 0; i < bound; i++) {
        if (i % (PER_CONNECTION / 2) == 0) {
          channel = server.connect("mallory", "user");
        }
        Greedy<?> call = Greedy.call(channel, JobServiceGrpc.getStreamOutputMethod(), follow);
        call.accepted();
        calls.add(call);
      }
      Greedy<?> tooMany = Greedy.call(greedy, JobServiceGrpc.getStreamOutputMethod(), follow);
      assertThat(tooMany.failure().reason()).contains(ErrorReason.TOO_MANY_CALLS);
      assertThat(tooMany.failure().message()).contains("256 output streams");
      servesAgain(new Client(greedy));
      serves(server);
      calls.forEach(Greedy::cancel);
    }
  }

  @Test
  void searchesThroughOneHugeLineDelayNobodyElse() throws Exception {
    try (TestServer server = TestServer.start()) {
      ManagedChannel greedy = server.connect("mallory", "user");
      Client mallory = new Client(greedy);
      Job job = mallory.sh("echo x");
      mallory.await(job);
      appendHole(server.directory(job), 1L << 40);
      StreamOutputRequest lastLine =
          StreamOutputRequest.newBuilder().setJob(job.getId()).setTailLines(1).build();
      List<Greedy<?>> searches = new ArrayList<>();
      for (int i = 0; i < PER_CONNECTION / 2; i++) {
        Greedy<?> search = Greedy.call(greedy, JobServiceGrpc.getStreamOutputMethod(), lastLine);
        search.accepted();
        searches.add(search);
      }
      serves(server);
      assertThat(searches).noneMatch(search -> search.closed.isDone());
      searches.forEach(Greedy::cancel);
    }
  }

  /** Makes a job's last line this long, in one record. */
  private static void appendHole(Path directory, long bytes) throws IOException {
    try (FileChannel output =
        FileChannel.open(directory.resolve("output"), StandardOpenOption.WRITE)) {
      output.write(ByteBuffer.wrap(new byte[1]), bytes - 1);
    }
    long time = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    ByteBuffer record = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(
        directory.resolve("index"),
        record.putLong(bytes).putLong(time).putLong(1).array(),
        StandardOpenOption.APPEND);
  }

  private static JobSpec.Builder large() {
    JobSpec.Builder spec = JobSpec.newBuilder().addArgv("true");
    for (int i = 0; i < 7; i++) {
      spec.addArgv("x".repeat(130_000));
    }
    return spec;
  }

  private static void serves(TestServer server) throws Exception {
    Client alice = new Client(server.connect("alice", "user"));
    assertThat(alice.await(alice.sh("exit 3")).getVerdict().getExited().getCode()).isEqualTo(3);
  }

  /** The places of cancelled calls are free once the server knows; until then it refuses. */
  private static void servesAgain(Client client) throws InterruptedException {
    for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TestServer.BOUND_SECONDS); ; ) {
      try {
        client.list();
        return;
      } catch (io.grpc.StatusRuntimeException refused) {
        assertThat(ErrorDetails.of(refused).reason()).contains(ErrorReason.TOO_MANY_CALLS);
        assertThat(System.nanoTime()).isLessThan(end);
      }
    }
  }

  /** A call that reads no answer. */
  private static final class Greedy<A> extends ClientCall.Listener<A> {
    private final CompletableFuture<Void> accepted = new CompletableFuture<>();
    private final CompletableFuture<ErrorDetails> closed = new CompletableFuture<>();
    private final ClientCall<?, A> call;

    private Greedy(ClientCall<?, A> call) {
      this.call = call;
    }

    /** Sends the request, and never its end. */
    static <Q, A> Greedy<A> open(ManagedChannel channel, MethodDescriptor<Q, A> method, Q request) {
      ClientCall<Q, A> call = channel.newCall(method, CallOptions.DEFAULT);
      Greedy<A> greedy = new Greedy<>(call);
      call.start(greedy, new Metadata());
      call.sendMessage(request);
      return greedy;
    }

    static <Q, A> Greedy<A> call(ManagedChannel channel, MethodDescriptor<Q, A> method, Q request) {
      Greedy<A> greedy = open(channel, method, request);
      greedy.call.halfClose();
      return greedy;
    }

    @Override
    public void onHeaders(Metadata headers) {
      accepted.complete(null);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      closed.complete(ErrorDetails.of(status.asRuntimeException(trailers)));
    }

    void accepted() throws Exception {
      accepted.get(TestServer.BOUND_SECONDS, SECONDS);
    }

    ErrorDetails failure() throws Exception {
      return closed.get(TestServer.BOUND_SECONDS, SECONDS);
    }

    /** Waits for as many of {@code calls} as have to fail, whichever they are. */
    static List<ErrorDetails> firstFailures(List<Greedy<?>> calls, int count) throws Exception {
      BlockingQueue<ErrorDetails> failures = new LinkedBlockingQueue<>();
      for (Greedy<?> call : calls) {
        CompletableFuture<Void> _ = call.closed.thenAccept(failures::add);
      }
      List<ErrorDetails> first = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        ErrorDetails failure = failures.poll(TestServer.BOUND_SECONDS, SECONDS);
        assertThat(failure).as("failure %s of %s", i + 1, count).isNotNull();
        first.add(failure);
      }
      return first;
    }

    void cancel() {
      call.cancel("enough", null);
    }
  }
}
