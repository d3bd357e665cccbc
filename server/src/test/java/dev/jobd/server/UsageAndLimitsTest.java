package dev.jobd.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.util.Durations;
import dev.jobd.api.ErrorDetails;
import dev.jobd.api.ErrorDetails.FieldViolation;
import dev.jobd.api.ErrorReason;
import dev.jobd.api.v1.GetJobRequest;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobPhase;
import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.Limits;
import dev.jobd.api.v1.ListJobsRequest;
import dev.jobd.api.v1.ListJobsResponse;
import dev.jobd.api.v1.UpdateLimitsRequest;
import dev.jobd.worker.LimitPolicy;
import dev.jobd.worker.Quotas;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What jobs use and may use, as clients see it. */
class UsageAndLimitsTest {
  private static final long MIB = 1 << 20;

  @Test
  void whatALiveJobUsesIsToldWhereItIsAskedForAndAReceiptAlways() throws Exception {
    try (TestServer server = TestServer.start()) {
      Client alice = new Client(server.connect("alice", "user"));
      Job live = alice.sh("echo hi; sleep 1000");
      alice.stream(live).next();

      assertThat(get(alice, live, false).hasUsage()).isFalse();
      Job told = get(alice, live, true);
      assertThat(told.getUsage().getPids()).isBetween(1L, 2L);
      assertThat(told.getUsage().getMemoryBytes()).isPositive();
      assertThat(told.getOutputBytes()).isEqualTo(3);

      Job ended = alice.stop(live);
      assertThat(cpuNanos(ended)).isPositive();
      assertThat(ended.getUsage().hasPids()).isFalse();
      assertThat(get(alice, live, false).getUsage()).isEqualTo(ended.getUsage());
      assertThat(alice.list()).extracting(Job::getUsage).containsExactly(ended.getUsage());
    }
  }

  @Test
  void aListWithUsageHasBoundedPagesAndNoForeignJobs() throws Exception {
    var bounds = ServerConfig.Bounds.DEFAULT.withJobsWithUsage(1);
    try (TestServer server = TestServer.start(bounds)) {
      Client alice = new Client(server.connect("alice", "user"));
      Client bob = new Client(server.connect("bob", "user"));
      Job first = alice.sh("sleep 1000");
      Job second = alice.sh("sleep 1000");
      alice.await(alice.sh("true"));
      bob.sh("sleep 1000");

      List<Job> jobs = new ArrayList<>();
      ListJobsRequest.Builder request =
          ListJobsRequest.newBuilder()
              .setPageSize(1000)
              .setWithUsage(true)
              .addPhases(JobPhase.JOB_PHASE_RUNNING);
      ListJobsResponse page;
      do {
        page = alice.stub().listJobs(request.build());
        assertThat(page.getJobsList()).hasSizeLessThanOrEqualTo(1);
        jobs.addAll(page.getJobsList());
        request.setPageToken(page.getNextPageToken());
      } while (!page.getNextPageToken().isEmpty());

      assertThat(jobs).extracting(Job::getId).containsExactly(second.getId(), first.getId());
      assertThat(jobs).allSatisfy(job -> assertThat(job.getUsage().getPids()).isPositive());
    }
  }

  @Test
  void oneJobsAccountThatCannotBeReadKeepsNobodyFromTheOthers() throws Exception {
    try (TestServer server = TestServer.start()) {
      Client alice = new Client(server.connect("alice", "user"));
      Job broken = alice.sh("sleep 1000");
      Job whole = alice.sh("sleep 1000");
      Path account = server.controlFile(broken, "pids.current");
      mount("mount", "--bind", "/proc/1/mem", account.toString()); // has no beginning
      try {
        assertThat(usage(alice.stub().listJobs(ALL_WITH_USAGE).getJobsList(), whole)).isPositive();
        assertThat(usage(alice.stub().listJobs(ALL_WITH_USAGE).getJobsList(), broken)).isZero();
        assertThat(get(alice, broken, true).getPhase()).isEqualTo(JobPhase.JOB_PHASE_RUNNING);
      } finally {
        mount("umount", account.toString());
      }
      assertThat(usage(alice.stub().listJobs(ALL_WITH_USAGE).getJobsList(), broken)).isPositive();
    }
  }

  private static final ListJobsRequest ALL_WITH_USAGE =
      ListJobsRequest.newBuilder().setWithUsage(true).build();

  private static long usage(List<Job> jobs, Job job) {
    return jobs.stream()
        .filter(each -> each.getId().equals(job.getId()))
        .mapToLong(each -> each.getUsage().getPids())
        .sum();
  }

  private static void mount(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  @Test
  void anOwnerChangesLimitsAndOthersCannot() throws Exception {
    try (TestServer server = TestServer.start()) {
      Client alice = new Client(server.connect("alice", "submitter"));
      Client bob = new Client(server.connect("bob", "user"));
      Client root = new Client(server.connect("root", "admin"));
      Client auditor = new Client(server.connect("carol", "auditor"));
      Job job = alice.start(sleeper(Limits.newBuilder().setPids(20)));

      Job changed = limit(alice, job, Limits.newBuilder().setMemoryBytes(64 * MIB));
      assertThat(changed.getSpec().getLimits())
          .isEqualTo(Limits.newBuilder().setPids(20).setMemoryBytes(64 * MIB).build());
      assertThat(get(alice, job, false)).isEqualTo(changed);
      assertThat(failure(bob, job, Limits.newBuilder().setPids(1)).reason())
          .contains(ErrorReason.JOB_NOT_FOUND);
      assertThat(failure(auditor, job, Limits.newBuilder().setPids(1)).reason())
          .contains(ErrorReason.PERMISSION_DENIED);
      assertThat(limit(root, job, Limits.newBuilder().setPids(30)).getSpec().getLimits().getPids())
          .isEqualTo(30);
    }
  }

  @Test
  void aLimitThatCannotBeIsAPreciseErrorAndChangesNothing() throws Exception {
    try (TestServer server = TestServer.start()) {
      Client alice = new Client(server.connect("alice", "user"));
      Job job = alice.start(sleeper(Limits.newBuilder().setPids(20)));
      Job ended = alice.await(alice.sh("true"));

      ErrorDetails tooLittle = failure(alice, job, Limits.newBuilder().setMemoryBytes(1));
      ErrorDetails fixed =
          failure(alice, job, Limits.newBuilder().setPids(3).setTimeout(Durations.fromHours(1)));
      ErrorDetails nothing = failure(alice, job, Limits.newBuilder());
      ErrorDetails late = failure(alice, ended, Limits.newBuilder().setPids(3));

      assertThat(tooLittle.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(tooLittle.violations().getFirst().field()).isEqualTo("limits.memory_bytes");
      assertThat(fixed.violations().getFirst().field()).isEqualTo("limits.timeout");
      assertThat(nothing.violations().getFirst().field()).isEqualTo("limits");
      assertThat(late.reason()).contains(ErrorReason.JOB_ENDED);
      assertThat(get(alice, job, false).getSpec().getLimits().getPids()).isEqualTo(20);
    }
  }

  @Test
  void aChangeStaysWithinTheMaximaAndTheQuotas() throws Exception {
    var standard = dev.jobd.worker.model.Limits.builder().memoryBytes(64 * MIB).build();
    var maxima = dev.jobd.worker.model.Limits.builder().memoryBytes(256 * MIB).build();
    Quotas quotas = new Quotas(null, null, null, 128 * MIB, null, null);
    try (TestServer server = TestServer.start(LimitPolicy.of(standard, maxima, quotas))) {
      Client alice = new Client(server.connect("alice", "user"));
      Job job = alice.start(sleeper(Limits.newBuilder()));

      ErrorDetails above = failure(alice, job, Limits.newBuilder().setMemoryBytes(257 * MIB));
      ErrorDetails noRoom = failure(alice, job, Limits.newBuilder().setMemoryBytes(129 * MIB));

      assertThat(above.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(above.violations())
          .containsExactly(
              new FieldViolation(
                  "limits.memory_bytes",
                  "must be at most 268435456, the maximum here, was 269484032"));
      assertThat(noRoom.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(noRoom.reason()).contains(ErrorReason.QUOTA_EXCEEDED);
      assertThat(noRoom.metadata()).containsEntry("quota", "memory").containsEntry("used", "0");
      assertThat(limit(alice, job, Limits.newBuilder().setMemoryBytes(128 * MIB)).getSpec())
          .extracting(spec -> spec.getLimits().getMemoryBytes())
          .isEqualTo(128 * MIB);
    }
  }

  @Test
  void memoryThatIsInUseIsRefusedWithTheField() throws Exception {
    try (TestServer server = TestServer.start()) {
      Client alice = new Client(server.connect("alice", "user"));
      String holds =
          "head -c 60000000 /dev/zero | tail -c 60000000"
              + " | (dd bs=1 count=1 2>/dev/null | od; sleep 1000)";
      Job job =
          alice.start(
              JobSpec.newBuilder()
                  .addAllArgv(List.of("sh", "-c", holds))
                  .setLimits(Limits.newBuilder().setMemoryBytes(512 * MIB)));
      alice.stream(job).next();

      ErrorDetails refused = failure(alice, job, Limits.newBuilder().setMemoryBytes(8 * MIB));

      assertThat(refused.code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
      assertThat(refused.reason()).contains(ErrorReason.LIMIT_REFUSED);
      assertThat(refused.violations().getFirst().field()).isEqualTo("limits.memory_bytes");
      assertThat(get(alice, job, false).getPhase()).isEqualTo(JobPhase.JOB_PHASE_RUNNING);
    }
  }

  /** A short time may be all of one kind: the kernel tells them apart by sampling. */
  private static long cpuNanos(Job job) {
    return Durations.toNanos(job.getUsage().getUserTime())
        + Durations.toNanos(job.getUsage().getSystemTime());
  }

  private static JobSpec.Builder sleeper(Limits.Builder limits) {
    return JobSpec.newBuilder().addArgv("sleep").addArgv("1000").setLimits(limits);
  }

  private static Job get(Client client, Job job, boolean withUsage) {
    return client
        .stub()
        .getJob(GetJobRequest.newBuilder().setJob(job.getId()).setWithUsage(withUsage).build())
        .getJob();
  }

  private static Job limit(Client client, Job job, Limits.Builder limits) {
    return client
        .stub()
        .updateLimits(
            UpdateLimitsRequest.newBuilder().setJob(job.getId()).setLimits(limits).build())
        .getJob();
  }

  private static ErrorDetails failure(Client client, Job job, Limits.Builder limits) {
    return ErrorDetails.of(
        catchThrowableOfType(StatusRuntimeException.class, () -> limit(client, job, limits)));
  }
}
