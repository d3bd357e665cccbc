package dev.jobd.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import dev.jobd.api.ErrorDetails;
import dev.jobd.api.ErrorReason;
import dev.jobd.api.v1.GetServerInfoRequest;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobPhase;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.KillCause;
import dev.jobd.api.v1.Limits;
import dev.jobd.api.v1.ListJobsRequest;
import dev.jobd.api.v1.OutputStream;
import dev.jobd.api.v1.ServerServiceGrpc;
import dev.jobd.api.v1.StreamOutputResponse;
import dev.jobd.api.v1.WaitJobRequest;
import dev.jobd.api.v1.WhoAmIRequest;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Real jobs through the real server over mutual TLS. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JobdServerTest {
  private static final int MIB = 1 << 20;

  private TestServer server;
  private ManagedChannel channel;
  private Client alice;
  private Client bob;

  @BeforeAll
  void start() throws Exception {
    server = TestServer.start();
    channel = server.connect("alice", "user");
    alice = new Client(channel);
    bob = new Client(server.connect("bob", "user"));
  }

  @AfterAll
  void end() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void streamsStaySeparateAndTheExitCodeIsExact() {
    Job job = alice.sh("echo out; echo err >&2; exit 7");
    assertThat(job.getOwner()).isEqualTo("alice");
    assertThat(job.getPid()).isPositive();
    assertThat(text(alice.follow(job, OutputStream.OUTPUT_STREAM_STDOUT))).isEqualTo("out\n");
    assertThat(text(alice.follow(job, OutputStream.OUTPUT_STREAM_STDERR))).isEqualTo("err\n");
    assertThat(alice.follow(job).job().getVerdict().getExited().getCode()).isEqualTo(7);
    assertThat(alice.await(job).getVerdict().getExited().getCode()).isEqualTo(7);
  }

  @Test
  void fiveFollowersAtOnceAndALateOneGetTheSameBytes(@TempDir Path directory) throws Exception {
    byte[] expected = everyByteValue();
    Path gate = directory.resolve("gate");
    assertThat(new ProcessBuilder("mkfifo", gate.toString()).start().waitFor()).isZero();
    String half = "perl -e 'print map { chr($_ & 255) } 0..524287'";
    Job job = alice.sh(half + "; read go < " + gate + "; " + half);

    List<Iterator<StreamOutputResponse>> followers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Iterator<StreamOutputResponse> follower = alice.stream(job);
      assertThat(follower.hasNext()).isTrue();
      followers.add(follower);
    }
    // All five follow a job that has not ended; now it goes on.
    Files.writeString(gate, "go\n");

    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Client.Output>> outputs = new ArrayList<>();
      followers.forEach(follower -> outputs.add(threads.submit(() -> Client.read(follower))));
      for (Future<Client.Output> output : outputs) {
        assertThat(output.get(TestServer.BOUND_SECONDS, SECONDS).bytes()).isEqualTo(expected);
      }
    }
    Client.Output late = alice.follow(job);
    assertThat(late.bytes()).isEqualTo(expected);
    assertThat(late.job().getPhase()).isEqualTo(JobPhase.JOB_PHASE_ENDED);
    assertThat(late.job().getOutputBytes()).isEqualTo(expected.length);
  }

  @Test
  void outputIsSeenWhileTheJobRuns() {
    Job job = alice.sh("echo ready; sleep 1000");
    Iterator<StreamOutputResponse> frames = alice.stream(job);
    assertThat(frames.next().getChunk().getData()).isEqualTo(ByteString.copyFromUtf8("ready\n"));
    alice.stop(job);
    assertThat(Client.read(frames).job().getPhase()).isEqualTo(JobPhase.JOB_PHASE_ENDED);
  }

  @Test
  void clientThatDoesNotReadDelaysNeitherTheJobNorOthersAndLosesNothing() {
    int mib = 32;
    Job job = alice.sh("head -c " + mib * MIB + " /dev/zero");
    Iterator<StreamOutputResponse> slow = alice.stream(job);
    assertThat(alice.await(job).getVerdict().getExited().getCode()).isZero();
    assertThat(alice.follow(job).bytes()).hasSize(mib * MIB);
    assertThat(Client.read(slow).bytes()).hasSize(mib * MIB);
  }

  @Test
  void noFollowEndsWithWhatIsThere() {
    Job job = alice.sh("echo ready; sleep 1000");
    alice.stream(job).next();
    Client.Output now =
        Client.read(
            alice
                .stub()
                .streamOutput(
                    dev.jobd.api.v1.StreamOutputRequest.newBuilder()
                        .setJob(job.getId())
                        .setOffset(2)
                        .build()));
    assertThat(text(now)).isEqualTo("ady\n");
    assertThat(now.job().getPhase()).isEqualTo(JobPhase.JOB_PHASE_RUNNING);
    alice.stop(job);
  }

  @Test
  void stopAnswersTheFinalStateAndWhoAskedAlsoTheSecondTime() {
    Job job = alice.sh("sleep 1000");
    Job stopped = alice.stop(job);
    assertThat(stopped.getPhase()).isEqualTo(JobPhase.JOB_PHASE_ENDED);
    assertThat(stopped.getVerdict().getKilled().getSignal()).isEqualTo(9);
    assertThat(stopped.getVerdict().getKilled().getCause())
        .isEqualTo(KillCause.KILL_CAUSE_STOP_REQUEST);
    assertThat(stopped.getVerdict().getKilled().getStoppedBy()).isEqualTo("alice");
    assertThat(alice.stop(job)).isEqualTo(stopped);
  }

  @Test
  void cancelledWaitDisturbsNobody() throws Exception {
    Job job = alice.sh("sleep 1000");
    try (Context.CancellableContext gone = Context.current().withCancellation()) {
      var answer =
          gone.call(
              () ->
                  JobServiceGrpc.newFutureStub(channel)
                      .waitJob(WaitJobRequest.newBuilder().setJob(job.getId()).build()));
      gone.cancel(null);
      assertThat(answer).failsWithin(java.time.Duration.ofSeconds(TestServer.BOUND_SECONDS));
    }
    assertThat(alice.stop(job).getPhase()).isEqualTo(JobPhase.JOB_PHASE_ENDED);
  }

  @Test
  void commandThatCannotBeExecutedIsAFailedJobAndTellsWhy() {
    ErrorDetails failure =
        failure(() -> alice.start(JobSpec.newBuilder().addArgv("no-such-command")));
    assertThat(failure.code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(failure.reason()).contains(ErrorReason.START_FAILED);
    assertThat(failure.metadata()).containsEntry("step", "exec").containsEntry("errno", "2");
    Job job = alice.await(Job.newBuilder().setId(failure.metadata().get("job")).build());
    assertThat(job.getVerdict().getFailed().getErrno()).isEqualTo(2);
  }

  @Test
  void nameOfALiveJobIsNotGivenTwice() {
    Job holder = alice.start(named("unique"));
    ErrorDetails failure = failure(() -> alice.start(named("unique")));
    assertThat(failure.code()).isEqualTo(Status.Code.ALREADY_EXISTS);
    assertThat(failure.metadata()).containsEntry("job", holder.getId());
    bob.stop(bob.start(named("unique")));
    alice.stop(holder);
  }

  @Test
  void foreignJobLooksAbsent() {
    Job job = alice.sh("sleep 1000");
    for (ErrorDetails failure :
        List.of(
            failure(() -> bob.stop(job)),
            failure(() -> bob.await(job)),
            failure(() -> bob.follow(job)))) {
      assertThat(failure.code()).isEqualTo(Status.Code.NOT_FOUND);
      assertThat(failure.reason()).contains(ErrorReason.JOB_NOT_FOUND);
    }
    assertThat(bob.list()).noneMatch(listed -> listed.getOwner().equals("alice"));
    alice.stop(job);
  }

  @Test
  void badInputNamesItsFieldAndLeavesNothingBehind() throws Exception {
    TestServer.Traces before = server.traces();
    refuses("spec.argv", JobSpec.newBuilder());
    refuses("spec.argv[1]", JobSpec.newBuilder().addArgv("echo").addArgv("a\0b"));
    refuses("spec.argv[1]", JobSpec.newBuilder().addArgv("echo").addArgv("x".repeat(200_000)));
    refuses("spec.name", named("../../etc"));
    refuses(
        "spec.working_directory", JobSpec.newBuilder().addArgv("true").setWorkingDirectory("x"));
    refusesLimit("spec.limits.pids", limits -> limits.setPids(0));
    refusesLimit("spec.limits.cpu_millis", limits -> limits.setCpuMillis(-500));
    refusesLimit("spec.limits.memory_bytes", limits -> limits.setMemoryBytes(-1));
    ErrorDetails token =
        failure(
            () -> alice.stub().listJobs(ListJobsRequest.newBuilder().setPageToken("?").build()));
    assertThat(token.violations()).extracting(v -> v.field()).containsExactly("page_token");
    assertThat(server.traces()).isEqualTo(before);
  }

  @Test
  void messageAboveTheBoundIsRefused() throws Exception {
    TestServer.Traces before = server.traces();
    JobSpec.Builder huge = JobSpec.newBuilder().addArgv("true").addArgv("x".repeat(5 * MIB));
    assertThat(failure(() -> alice.start(huge)).code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(server.traces()).isEqualTo(before);
  }

  @Test
  void pagesHoldEveryJobOnce() {
    List<String> started = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      started.addFirst(
          alice
              .await(alice.start(JobSpec.newBuilder().addArgv("true").putLabels("set", "pages")))
              .getId());
    }
    List<String> listed = new ArrayList<>();
    String token = "";
    do {
      var page =
          alice
              .stub()
              .listJobs(
                  ListJobsRequest.newBuilder()
                      .setPageSize(2)
                      .setPageToken(token)
                      .putLabels("set", "pages")
                      .build());
      page.getJobsList().forEach(job -> listed.add(job.getId()));
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    assertThat(listed).isEqualTo(started);
  }

  @Test
  void serverTellsWhatItIsAndWhoCalls() {
    var stub = ServerServiceGrpc.newBlockingStub(channel);
    var info = stub.getServerInfo(GetServerInfoRequest.getDefaultInstance());
    assertThat(info.getCgroupMode()).isIn("v1", "v2", "hybrid");
    assertThat(info.getVersion()).isNotEmpty();
    var caller = stub.whoAmI(WhoAmIRequest.getDefaultInstance());
    assertThat(caller.getUser()).isEqualTo("alice");
    assertThat(caller.getRole()).isEqualTo("user");
    assertThat(caller.getPermissionsList())
        .containsExactly("start", "stop:own", "read:own", "delete:own");
    assertThat(caller.getQuotasList())
        .singleElement()
        .satisfies(
            quota -> {
              assertThat(quota.getQuota()).isEqualTo("running_jobs");
              assertThat(quota.getLimit()).isEqualTo(4096);
            });
    assertThat(
            HealthGrpc.newBlockingStub(channel)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
  }

  private void refuses(String field, JobSpec.Builder spec) {
    ErrorDetails failure = failure(() -> alice.start(spec));
    assertThat(failure.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(failure.reason()).contains(ErrorReason.INVALID_FIELD);
    assertThat(failure.violations()).extracting(v -> v.field()).containsExactly(field);
  }

  private void refusesLimit(String field, Consumer<Limits.Builder> change) {
    JobSpec.Builder spec = JobSpec.newBuilder().addArgv("true");
    change.accept(spec.getLimitsBuilder());
    refuses(field, spec);
  }

  private static ErrorDetails failure(ThrowingCallable call) {
    StatusRuntimeException[] thrown = new StatusRuntimeException[1];
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(call)
        .satisfies(e -> thrown[0] = e);
    return ErrorDetails.of(thrown[0]);
  }

  private static JobSpec.Builder named(String name) {
    return JobSpec.newBuilder().addAllArgv(List.of("sleep", "1000")).setName(name);
  }

  private static String text(Client.Output output) {
    return new String(output.bytes(), StandardCharsets.UTF_8);
  }

  private static byte[] everyByteValue() {
    byte[] bytes = new byte[MIB];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }
}
