package dev.jobd.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.jobd.api.ErrorDetails;
import dev.jobd.api.ErrorReason;
import dev.jobd.api.v1.DeleteJobRequest;
import dev.jobd.api.v1.GetJobRequest;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.ListJobsRequest;
import dev.jobd.api.v1.OutputStream;
import dev.jobd.worker.Retention;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What becomes of ended jobs, as clients see it. */
class HistoryTest {
  @Test
  void anEndedJobIsDeletedAndALiveOneIsNot() throws Exception {
    try (TestServer server = TestServer.start()) {
      Client alice = new Client(server.connect("alice", "user"));
      Client bob = new Client(server.connect("bob", "user"));
      Job ended = alice.await(alice.sh("echo hi"));
      Job live = alice.sh("sleep 1000");

      assertThat(deletion(bob, ended.getId()).reason()).contains(ErrorReason.JOB_NOT_FOUND);
      ErrorDetails refused = deletion(alice, live.getId());
      delete(alice, ended.getId());

      assertThat(refused.code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
      assertThat(refused.reason()).contains(ErrorReason.JOB_RUNNING);
      assertThat(refused.message())
          .isEqualTo("job " + live.getId() + " has not ended: stop it first");
      assertThat(alice.list()).extracting(Job::getId).containsExactly(live.getId());
      assertThat(deletion(alice, ended.getId()).reason()).contains(ErrorReason.JOB_NOT_FOUND);
      assertThat(server.traces().directories()).containsExactly(live.getId());
    }
  }

  @Test
  void anExpiredOutputIsAPreciseErrorAndTheVerdictStays() throws Exception {
    try (TestServer server = TestServer.start(Retention.DEFAULT.withMaxOutputBytes(0))) {
      Client alice = new Client(server.connect("alice", "user"));
      // The second one's end lets go of the first one's output at the latest.
      Job job = alice.await(alice.sh("echo hi; exit 3"));
      Job told = job;
      while (!told.hasOutputExpireTime()) {
        alice.await(alice.sh("echo again"));
        told = get(alice, job);
      }

      // Noted, and then removed: who comes in between still has it.
      StatusRuntimeException refusal;
      do {
        refusal = catchThrowableOfType(StatusRuntimeException.class, () -> alice.follow(job));
      } while (refusal == null);
      ErrorDetails failure = ErrorDetails.of(refusal);

      assertThat(failure.code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
      assertThat(failure.reason()).contains(ErrorReason.OUTPUT_EXPIRED);
      assertThat(failure.metadata())
          .containsEntry("job", job.getId())
          .containsEntry("rule", "retention.max_output");
      assertThat(told.getOutputExpireRule()).isEqualTo("retention.max_output");
      assertThat(told.getVerdict().getExited().getCode()).isEqualTo(3);
      assertThat(told.getOutputBytes()).isEqualTo(3);
    }
  }

  @Test
  void outputThatWasCompressedStreamsAsBefore() throws Exception {
    try (TestServer server = TestServer.start(Retention.DEFAULT.withCompressAfter(Duration.ZERO))) {
      Client alice = new Client(server.connect("alice", "user"));
      Job job = alice.await(alice.sh("seq 1 200000; echo done >&2"));
      awaitCompression(server.directory(job));

      assertThat(alice.follow(job).bytes()).hasSize(1_288_895 + 5);
      assertThat(alice.follow(job, OutputStream.OUTPUT_STREAM_STDERR).bytes())
          .asString(UTF_8)
          .isEqualTo("done\n");
    }
  }

  private static void awaitCompression(Path directory) throws Exception {
    try (WatchService watcher = directory.getFileSystem().newWatchService()) {
      directory.register(watcher, StandardWatchEventKinds.ENTRY_DELETE);
      while (Files.exists(directory.resolve("output"))) {
        WatchKey removal = watcher.poll(TestServer.BOUND_SECONDS, TimeUnit.SECONDS);
        assertThat(removal).as("the plain output goes").isNotNull();
        removal.reset();
      }
    }
    assertThat(directory.resolve("output.gz")).exists();
  }

  @Test
  void jobsAreListedByNameLabelAndTime() throws Exception {
    try (TestServer server = TestServer.start()) {
      Client alice = new Client(server.connect("alice", "user"));
      Job first = alice.start(sample("build", "a"));
      Job second = alice.start(sample("test", "a"));
      Job third = alice.start(sample("build-2", "b"));

      assertThat(list(alice, ListJobsRequest.newBuilder().setName("test")))
          .containsExactly(second.getId());
      assertThat(list(alice, ListJobsRequest.newBuilder().putLabels("team", "a")))
          .containsExactly(second.getId(), first.getId());
      assertThat(list(alice, ListJobsRequest.newBuilder().setCreatedAfter(second.getCreateTime())))
          .as("from a job's own time on, it is there")
          .containsExactly(third.getId(), second.getId());
      assertThat(list(alice, ListJobsRequest.newBuilder().setCreatedBefore(second.getCreateTime())))
          .containsExactly(first.getId());
      assertThat(
              ErrorDetails.of(
                      catchThrowableOfType(
                          StatusRuntimeException.class,
                          () ->
                              list(
                                  alice,
                                  ListJobsRequest.newBuilder()
                                      .setCreatedAfter(Timestamps.fromSeconds(2))
                                      .setCreatedBefore(Timestamps.fromSeconds(1)))))
                  .violations()
                  .getFirst()
                  .field())
          .isEqualTo("created_before");
      Timestamp wrong = Timestamp.newBuilder().setNanos(-1).build();
      assertThat(
              ErrorDetails.of(
                      catchThrowableOfType(
                          StatusRuntimeException.class,
                          () -> list(alice, ListJobsRequest.newBuilder().setCreatedAfter(wrong))))
                  .violations()
                  .getFirst()
                  .field())
          .isEqualTo("created_after");
    }
  }

  private static JobSpec.Builder sample(String name, String team) {
    return JobSpec.newBuilder().addArgv("true").setName(name).putLabels("team", team);
  }

  private static List<String> list(Client client, ListJobsRequest.Builder request) {
    return client.stub().listJobs(request.build()).getJobsList().stream().map(Job::getId).toList();
  }

  private static Job get(Client client, Job job) {
    return client.stub().getJob(GetJobRequest.newBuilder().setJob(job.getId()).build()).getJob();
  }

  private static void delete(Client client, String job) {
    client.stub().deleteJob(DeleteJobRequest.newBuilder().setJob(job).build());
  }

  private static ErrorDetails deletion(Client client, String job) {
    return ErrorDetails.of(
        catchThrowableOfType(StatusRuntimeException.class, () -> delete(client, job)));
  }
}
