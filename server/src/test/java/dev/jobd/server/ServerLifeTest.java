package dev.jobd.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobPhase;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.StreamOutputResponse;
import dev.jobd.api.v1.WaitJobRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What the server does beside calls: connections, beginning and end. */
class ServerLifeTest {
  @Test
  void jobsRunOnWhileTheServerIsAway() throws Exception {
    try (TestServer server = TestServer.start()) {
      Client before = new Client(server.connect("alice", "user"));
      Job job = before.sh("echo before; sleep 1000");
      assertThat(before.stream(job).next().hasChunk()).isTrue();

      server.restart();

      Client after = new Client(server.connect("alice", "user"));
      Iterator<StreamOutputResponse> frames = after.stream(job);
      assertThat(frames.next().getChunk().getData().toStringUtf8()).isEqualTo("before\n");
      assertThat(after.stop(job).getPhase()).isEqualTo(JobPhase.JOB_PHASE_ENDED);
      assertThat(Client.read(frames).job().getVerdict().hasKilled()).isTrue();
    }
  }

  @Test
  void endingServerEndsAtOnceWhoFollowsOrWaitsForAJobAndSaysWhy() throws Exception {
    try (TestServer server = TestServer.start()) {
      Client alice = new Client(server.connect("alice", "user"));
      Job job = alice.sh("echo ready; sleep 1000");
      Iterator<StreamOutputResponse> frames = alice.stream(job);
      frames.next();
      var end =
          JobServiceGrpc.newFutureStub(server.connect("alice", "user"))
              .waitJob(WaitJobRequest.newBuilder().setJob(job.getId()).build());

      server.server().close();

      assertThatExceptionOfType(StatusRuntimeException.class)
          .isThrownBy(frames::hasNext)
          .satisfies(e -> assertThat(e.getStatus()).hasToString(ending()));
      assertThat(end)
          .failsWithin(java.time.Duration.ofSeconds(TestServer.BOUND_SECONDS))
          .withThrowableThat()
          .withMessageContaining("UNAVAILABLE");
    }
  }

  @Test
  void clientThatDoesNotReadDoesNotHoldUpTheEnd() throws Exception {
    try (TestServer server = TestServer.start()) {
      Client alice = new Client(server.connect("alice", "user"));
      Job job = alice.sh("head -c 8388608 /dev/zero");
      Iterator<StreamOutputResponse> frames = alice.stream(job);
      frames.next();
      alice.await(job);
      long began = System.nanoTime();

      server.server().close();

      assertThat(java.time.Duration.ofNanos(System.nanoTime() - began))
          .isLessThan(ServerConfig.Bounds.DEFAULT.shutdownGrace());
    }
  }

  private static String ending() {
    return Status.UNAVAILABLE.withDescription("jobd is shutting down").toString();
  }

  @Test
  void addressThatIsTakenIsToldInPlainWords() throws Exception {
    try (TestServer server = TestServer.start()) {
      String address = server.server().address().toString();

      assertThatExceptionOfType(IOException.class)
          .isThrownBy(server::startSecond)
          .withMessage(
              "cannot listen on "
                  + address
                  + ": Address already in use: choose another with --listen");
    }
  }

  @Test
  void reflectionIsForAdministrators() throws Exception {
    try (TestServer server = TestServer.start()) {
      assertThat(services(server, "root", "admin").get(TestServer.BOUND_SECONDS, SECONDS))
          .contains("jobd.v1.JobService");
      assertThat(services(server, "alice", "user"))
          .failsWithin(java.time.Duration.ofSeconds(TestServer.BOUND_SECONDS))
          .withThrowableThat()
          .withMessageContaining("PERMISSION_DENIED");
    }
  }

  private static CompletableFuture<String> services(TestServer server, String user, String role)
      throws Exception {
    CompletableFuture<String> services = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> requests =
        ServerReflectionGrpc.newStub(server.connect(user, role))
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    services.complete(response.getListServicesResponse().toString());
                  }

                  @Override
                  public void onError(Throwable failure) {
                    services.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {}
                });
    requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    requests.onCompleted();
    return services;
  }
}
