package dev.jobd.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.util.concurrent.ListenableFuture;
import dev.jobd.api.ErrorDetails;
import dev.jobd.api.ErrorReason;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobPhase;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.StartJobRequest;
import dev.jobd.api.v1.StartJobResponse;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** StartJob with a request id: one job, however often it is called. */
class IdempotentStartTest {
  private static final int AT_ONCE = 32;

  private static StartJobRequest request(String... argv) {
    return StartJobRequest.newBuilder()
        .setSpec(JobSpec.newBuilder().addAllArgv(List.of(argv)))
        .setRequestId("deploy-42")
        .build();
  }

  private static Job start(Channel channel, String... argv) {
    return new Client(channel).stub().startJob(request(argv)).getJob();
  }

  private static ErrorDetails failure(Channel channel, String... argv) {
    return ErrorDetails.of(
        catchThrowableOfType(StatusRuntimeException.class, () -> start(channel, argv)));
  }

  @Test
  void callsAtOnceAndAfterARestartAnswerOneJob() throws Exception {
    try (TestServer server = TestServer.start()) {
      Channel alice = server.connect("alice", "user");
      List<ListenableFuture<StartJobResponse>> calls = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        calls.add(JobServiceGrpc.newFutureStub(alice).startJob(request("sleep", "1000")));
      }
      Set<String> ids = new HashSet<>();
      for (ListenableFuture<StartJobResponse> call : calls) {
        ids.add(call.get(TestServer.BOUND_SECONDS, SECONDS).getJob().getId());
      }

      server.restart();

      Job again = start(server.connect("alice", "user"), "sleep", "1000");
      assertThat(ids).containsExactly(again.getId());
      assertThat(again.getPhase()).isEqualTo(JobPhase.JOB_PHASE_RUNNING);
      assertThat(new Client(server.connect("bob", "user")).list()).isEmpty();
      assertThat(start(server.connect("bob", "user"), "sleep", "2000").getOwner()).isEqualTo("bob");
    }
  }

  @Test
  void anotherSpecIsRefusedAndAFailureRepeated() throws Exception {
    try (TestServer server = TestServer.start()) {
      Channel alice = server.connect("alice", "user");
      ErrorDetails failed = failure(alice, "/no/such/program");

      assertThat(failed.reason()).contains(ErrorReason.START_FAILED);
      assertThat(failure(alice, "/no/such/program")).isEqualTo(failed);
      ErrorDetails reused = failure(alice, "true");
      assertThat(reused.reason()).contains(ErrorReason.REQUEST_ID_REUSED);
      assertThat(reused.metadata().get("job")).isEqualTo(failed.metadata().get("job"));
      assertThat(new Client(alice).list()).hasSize(1);
    }
  }
}
