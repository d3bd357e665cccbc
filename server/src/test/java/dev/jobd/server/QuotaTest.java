package dev.jobd.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.jobd.api.ErrorDetails;
import dev.jobd.api.ErrorDetails.FieldViolation;
import dev.jobd.api.ErrorReason;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.Limits;
import dev.jobd.api.v1.QuotaUse;
import dev.jobd.api.v1.ServerServiceGrpc;
import dev.jobd.api.v1.StartJobRequest;
import dev.jobd.api.v1.WhoAmIRequest;
import dev.jobd.worker.LimitPolicy;
import dev.jobd.worker.Quotas;
import dev.jobd.worker.Quotas.StartRate;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** StartJob where the server's maxima and quotas are reached. */
class QuotaTest {
  private static final dev.jobd.worker.model.Limits MAXIMA =
      new dev.jobd.worker.model.Limits(null, 1L << 30, null, null, null);

  private static final int MANY = 100;

  private static LimitPolicy policy(Quotas quotas) {
    return LimitPolicy.of(dev.jobd.worker.model.Limits.NONE, MAXIMA, quotas);
  }

  private static Job start(Channel channel, Limits.Builder limits) {
    JobSpec.Builder spec =
        JobSpec.newBuilder().addAllArgv(List.of("sleep", "1000")).setLimits(limits);
    return new Client(channel)
        .stub()
        .startJob(StartJobRequest.newBuilder().setSpec(spec).build())
        .getJob();
  }

  private static ErrorDetails failure(Channel channel, Limits.Builder limits) {
    return ErrorDetails.of(
        catchThrowableOfType(StatusRuntimeException.class, () -> start(channel, limits)));
  }

  /** The machine may be so slow that some starts are a second apart. */
  private static ErrorDetails firstFailure(Channel channel) {
    for (int i = 0; i < MANY; i++) {
      try {
        start(channel, Limits.newBuilder());
      } catch (StatusRuntimeException e) {
        return ErrorDetails.of(e);
      }
    }
    throw new AssertionError("none of " + MANY + " starts was refused");
  }

  @Test
  void aLimitAboveItsMaximumIsAWrongField() throws Exception {
    try (TestServer server = TestServer.start(policy(Quotas.DEFAULT))) {
      ErrorDetails failure =
          failure(server.connect("alice", "admin"), Limits.newBuilder().setMemoryBytes(2L << 30));

      assertThat(failure.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(failure.reason()).contains(ErrorReason.INVALID_FIELD);
      assertThat(failure.violations())
          .containsExactly(
              new FieldViolation(
                  "spec.limits.memory_bytes",
                  "must be at most 1073741824, the maximum here, was 2147483648"));
      assertThat(server.traces().records()).isZero();
      assertThat(server.traces().directories()).isEmpty();
    }
  }

  @Test
  void aUserWithoutRoomIsToldWhichQuotaHowMuchIsUsedAndOthersMayStart() throws Exception {
    Quotas quotas = new Quotas(null, null, null, 3L << 29, null, null);
    try (TestServer server = TestServer.start(policy(quotas))) {
      Channel alice = server.connect("alice", "admin");
      Job first = start(alice, Limits.newBuilder()); // with the maximum
      assertThat(first.getSpec().getLimits().getMemoryBytes()).isEqualTo(1L << 30);

      ErrorDetails failure = failure(alice, Limits.newBuilder());

      assertThat(failure.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(failure.reason()).contains(ErrorReason.QUOTA_EXCEEDED);
      assertThat(failure.metadata())
          .containsEntry("quota", "memory")
          .containsEntry("limit", "1610612736")
          .containsEntry("used", "1073741824")
          .hasSize(3);
      assertThat(failure.message())
          .isEqualTo(
              "quota memory exceeded: this job takes 1G, live jobs have 1G of 1536M: ask for less,"
                  + " or wait until one ends");
      assertThat(new Client(alice).list()).extracting(Job::getId).containsExactly(first.getId());
      start(alice, Limits.newBuilder().setMemoryBytes(1L << 29));
      start(server.connect("bob", "user"), Limits.newBuilder());
    }
  }

  @Test
  void aStartThatComesTooSoonIsToldWhenToTryAgain() throws Exception {
    Quotas quotas = new Quotas(null, new StartRate(1, 1), null, null, null, null);
    try (TestServer server = TestServer.start(policy(quotas))) {
      Channel alice = server.connect("alice", "user");
      ErrorDetails failure = firstFailure(alice);

      assertThat(failure.reason()).contains(ErrorReason.QUOTA_EXCEEDED);
      assertThat(failure.metadata())
          .containsEntry("quota", "starts_per_second")
          .containsKey("retry_after_ms");
      assertThat(failure.message()).contains("try again in").doesNotContain("\n");
    }
  }

  private static List<String> quotasTold(Channel channel) {
    return ServerServiceGrpc.newBlockingStub(channel)
        .whoAmI(WhoAmIRequest.getDefaultInstance())
        .getQuotasList()
        .stream()
        .map(QuotaUse::getQuota)
        .toList();
  }

  @Test
  void amountsAreToldWithTheirUnit() throws Exception {
    Quotas quotas = new Quotas(5L, null, 8000L, 1L << 30, null, null);
    dev.jobd.worker.model.Limits bounded =
        dev.jobd.worker.model.Limits.builder().cpuMillis(500L).memoryBytes(1L << 20).build();
    try (TestServer server = TestServer.start(LimitPolicy.of(bounded, bounded, quotas))) {
      assertThat(
              ServerServiceGrpc.newBlockingStub(server.connect("alice", "user"))
                  .whoAmI(WhoAmIRequest.getDefaultInstance())
                  .getQuotasList())
          .extracting(QuotaUse::getQuota, QuotaUse::getUnit)
          .containsExactly(
              tuple("running_jobs", "jobs"), tuple("cpus", "cpu_millis"), tuple("memory", "bytes"));
    }
  }

  @Test
  void whatTheJobsOfAllTakeIsToldToThoseAloneWhoMaySeeThem() throws Exception {
    Quotas quotas = new Quotas(5L, null, null, null, null, 1L << 30);
    dev.jobd.worker.model.Limits bounded =
        new dev.jobd.worker.model.Limits(null, null, null, null, 1L << 20);
    try (TestServer server = TestServer.start(LimitPolicy.of(bounded, bounded, quotas))) {
      assertThat(quotasTold(server.connect("alice", "user"))).containsExactly("running_jobs");
      for (String role : List.of("admin", "auditor")) {
        assertThat(quotasTold(server.connect("carol", role)))
            .containsExactly("running_jobs", "total_output");
      }
    }
  }
}
