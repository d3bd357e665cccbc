package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.OutputRule;
import dev.jobd.worker.model.ReadRequest;
import dev.jobd.worker.model.Verdict;
import dev.jobd.worker.output.Follower;
import dev.jobd.worker.output.OutputEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real jobs whose records and outputs are let go, while somebody may still look at them. */
class ForgettingTest {
  private static final int BOUND_SECONDS = 60;
  private static final Retention NO_OUTPUT = Retention.DEFAULT.withMaxOutputBytes(0);

  private TestWorker test;

  @BeforeEach
  void open() throws IOException {
    test = TestWorker.open();
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  private Job again(Job job) throws IOException {
    return test.worker().find(job.id()).orElseThrow();
  }

  @Test
  void aDeletedJobIsGoneWithItsDirectory() throws Exception {
    Job job = test.sh("echo hi");
    job.await();

    assertThat(test.worker().delete(job.id())).isTrue();

    assertThat(test.worker().find(job.id())).isEmpty();
    assertThat(job.directory()).doesNotExist();
    assertThat(test.worker().delete(job.id())).isFalse();
    assertThat(test.worker().delete(JobId.random())).isFalse();
  }

  @Test
  void aLiveJobIsNotDeletedAndRunsOn() throws Exception {
    Job job = test.sh("sleep 86400");

    assertThatThrownBy(() -> test.worker().delete(job.id()))
        .isInstanceOfSatisfying(
            JobRunningException.class, e -> assertThat(e.job()).isEqualTo(job.id()));

    assertThat(job.state()).isInstanceOf(JobState.Running.class);
    assertThat(job.directory()).exists();
  }

  @Test
  void aJobCanBeDeletedTheMomentItsEndIsTold() throws Exception {
    for (int i = 0; i < 20; i++) {
      Job job = test.sh("true");
      job.await();
      assertThat(test.worker().delete(job.id())).isTrue();
    }
    assertThat(test.worker().list(dev.jobd.worker.model.JobQuery.ALL).items()).isEmpty();
  }

  @Test
  void anExpiredOutputSaysSoWhileTheVerdictStays() throws Exception {
    test.retain(NO_OUTPUT);
    test.restart();
    Job job = test.sh("echo hi; exit 3");
    job.await();
    awaitRemoval(job);

    Job after = again(job);
    assertThat(((JobState.Ended) after.state()).verdict()).isEqualTo(new Verdict.Exited(3));
    assertThat(after.record().output().kept()).isEqualTo(3);
    assertThat(after.record().outputExpiredAt()).isNotNull();
    for (Job reader : new Job[] {after, job}) { // also who found the job before
      assertThatThrownBy(() -> text(reader))
          .isInstanceOfSatisfying(
              OutputExpiredException.class,
              e -> {
                assertThat(e.at()).isEqualTo(after.record().outputExpiredAt());
                assertThat(e.rule()).contains(OutputRule.KEPT_OUTPUT);
              });
    }
  }

  @Test
  void whoReadsWhenTheOutputExpiresHasItToItsEnd() throws Exception {
    test.retain(NO_OUTPUT);
    test.restart();
    Gate gate = test.gate();
    Job job = test.sh("echo one; " + gate.pass() + "; echo two");
    try (Follower follower = job.follow(ReadRequest.ALL)) {
      assertThat(chunk(follower.take())).isEqualTo("one\n");
      gate.open();
      awaitRemoval(job);
      assertThat(chunk(follower.take())).isEqualTo("two\n");
      assertThat(follower.take()).isInstanceOf(OutputEvent.End.class);
    }
  }

  @Test
  void whoReadsWhenTheJobIsDeletedHasItsOutputToItsEnd() throws Exception {
    Job job = test.sh("echo one; echo two >&2");
    job.await();
    try (Follower follower = again(job).follow(ReadRequest.ALL)) {
      assertThat(chunk(follower.take())).isEqualTo("one\n");
      assertThat(test.worker().delete(job.id())).isTrue();
      assertThat(chunk(follower.take())).isEqualTo("two\n");
    }
    assertThatThrownBy(() -> text(job))
        .isInstanceOfSatisfying(
            JobDeletedException.class, e -> assertThat(e.job()).isEqualTo(job.id()));
  }

  @Test
  void aJobThatNeverRanHasAnEmptyOutputAndNoExpiredOne() throws Exception {
    assertThatThrownBy(() -> test.start("/no/such/program")).isInstanceOf(LaunchException.class);
    JobId id = test.worker().list(dev.jobd.worker.model.JobQuery.ALL).items().getFirst().id();

    assertThat(text(test.worker().find(id).orElseThrow())).isEmpty();
  }

  @Test
  void aWorkerWithTighterBoundsLetsGoOfWhatItFinds() throws Exception {
    Job first = test.sh("echo hi");
    first.await();
    Job second = test.sh("echo hi");
    second.await();
    test.retain(Retention.DEFAULT.withMaxJobs(1));
    test.restart();
    awaitRemoval(first);

    assertThat(test.worker().find(first.id())).isEmpty();
    assertThat(text(again(second))).isEqualTo("hi\n");
  }

  private static String chunk(OutputEvent event) {
    assertThat(event).isInstanceOf(OutputEvent.Chunk.class);
    return new String(((OutputEvent.Chunk) event).bytes(), StandardCharsets.UTF_8);
  }

  private void awaitRemoval(Job job) throws IOException, InterruptedException {
    Path jobs = test.directory().resolve("jobs");
    try (WatchService watcher = jobs.getFileSystem().newWatchService()) {
      jobs.register(watcher, StandardWatchEventKinds.ENTRY_DELETE);
      while (Files.exists(job.directory())) {
        WatchKey key = watcher.poll(BOUND_SECONDS, TimeUnit.SECONDS);
        assertThat(key).as("%s is removed", job.directory()).isNotNull();
        key.reset();
      }
    }
  }
}
