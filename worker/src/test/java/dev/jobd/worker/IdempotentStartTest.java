package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.ALICE;
import static dev.jobd.worker.TestWorker.firstOutput;
import static dev.jobd.worker.TestWorker.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.RequestId;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A start that is asked for again is one job and one process. */
class IdempotentStartTest {
  private static final int AT_ONCE = 32;
  private static final Owner BOB = new Owner("bob");
  private static final RequestId REQUEST = new RequestId("deploy-42");

  private TestWorker test;

  @BeforeEach
  void open() throws IOException {
    test = TestWorker.open();
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  private Job start(JobSpec.Builder spec) throws Exception {
    return test.worker().start(ALICE, spec.build(), REQUEST);
  }

  /** Starts that begin at the same instant; what each came to. */
  private static <T> List<Future<T>> atOnce(Callable<T> start) throws Exception {
    CyclicBarrier together = new CyclicBarrier(AT_ONCE);
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> starts = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        starts.add(
            callers.submit(
                () -> {
                  together.await();
                  return start.call();
                }));
      }
      return starts;
    }
  }

  private int records() throws IOException {
    return test.worker().list(JobQuery.ALL).items().size();
  }

  @Test
  void theSameRequestAnswersTheSameJob() throws Exception {
    Job first = start(shell("sleep 86400"));

    assertThat(start(shell("sleep 86400"))).isSameAs(first);
    assertThat(records()).isEqualTo(1);
  }

  @Test
  void startsAtOnceAreOneJobAndOneProcess() throws Exception {
    Path runs = test.directory().resolve("runs");
    JobSpec spec = shell("echo x >>" + runs + "; echo up; sleep 86400").name("once").build();

    Set<JobId> ids =
        atOnce(() -> test.worker().start(ALICE, spec, REQUEST)).stream()
            .map(start -> start.resultNow().id())
            .collect(Collectors.toSet());

    assertThat(ids).hasSize(1);
    assertThat(records()).isEqualTo(1);
    Job job = test.worker().find(ids.iterator().next()).orElseThrow();
    assertThat(firstOutput(job)).isEqualTo("up\n");
    assertThat(Files.readAllLines(runs)).hasSize(1);
    Files.delete(runs);
  }

  @Test
  void aRestartForgetsNoRequest() throws Exception {
    Job running = start(shell("sleep 86400"));
    Job ended = test.worker().start(ALICE, JobSpec.of("true"), new RequestId("ended"));
    JobState.Ended end = ended.await();

    test.restart();

    Job again = start(shell("sleep 86400"));
    assertThat(again.id()).isEqualTo(running.id());
    assertThat(again.state()).isInstanceOf(JobState.Running.class);
    Job endedAgain = test.worker().start(ALICE, JobSpec.of("true"), new RequestId("ended"));
    assertThat(endedAgain.id()).isEqualTo(ended.id());
    assertThat(endedAgain.state()).isEqualTo(end);
    assertThat(records()).isEqualTo(2);
  }

  /** What the owner does not choose may change in between, and is not held against him. */
  @Test
  void otherDefaultsMakeNoOtherRequest() throws Exception {
    Job first = start(shell("sleep 86400"));
    Limits fewer = new Limits(null, 64L << 20, 16L, null, null);

    test.restart(config -> config.withDefaultLimits(fewer));

    assertThat(start(shell("sleep 86400")).id()).isEqualTo(first.id());
  }

  @Test
  void anotherOwnersSameRequestIsAnotherJob() throws Exception {
    Job alices = start(shell("sleep 86400"));

    Job bobs = test.worker().start(BOB, shell("sleep 86400").build(), REQUEST);

    assertThat(bobs.id()).isNotEqualTo(alices.id());
    assertThat(bobs.owner()).isEqualTo(BOB);
  }

  @Test
  void theSameRequestForSomethingElseIsRefused() throws Exception {
    Job first = start(shell("sleep 86400"));
    Limits asked = new Limits(null, null, first.spec().limits().pids(), null, null);

    for (JobSpec.Builder other :
        List.of(
            shell("sleep 86401"),
            shell("sleep 86400").name("named"),
            shell("sleep 86400").workingDirectory("/tmp"),
            // The same in effect, today.
            shell("sleep 86400").limits(asked))) {
      assertThatThrownBy(() -> start(other))
          .isInstanceOfSatisfying(
              RequestIdReusedException.class, e -> assertThat(e.job()).isEqualTo(first.id()));
    }
    assertThat(records()).isEqualTo(1);
  }

  @Test
  void aStartThatFailedFailsAgainAsTheSameJob() throws Exception {
    List<JobId> failed = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> start(JobSpec.builder(List.of("/no/such/program"))))
          .isInstanceOfSatisfying(LaunchException.class, e -> failed.add(e.job()))
          .hasMessage("executing '/no/such/program': No such file or directory");
    }
    test.restart();
    assertThatThrownBy(() -> start(JobSpec.builder(List.of("/no/such/program"))))
        .isInstanceOfSatisfying(
            LaunchException.class,
            e -> {
              failed.add(e.job());
              assertThat(e.failure())
                  .isEqualTo(new Verdict.Failed("exec", 2, "No such file or directory"));
            });

    assertThat(failed).hasSize(3).containsOnly(failed.getFirst());
  }

  @Test
  void whatLeftNoJobMayBeAskedForAgain() throws Exception {
    Job holder = test.start(shell("sleep 86400").name("db"));
    assertThatThrownBy(() -> start(shell("true").name("db")))
        .isInstanceOf(NameInUseException.class);
    holder.stop(StopRequest.kill("alice"));
    holder.await();

    assertThat(start(shell("true").name("db")).await().verdict()).isEqualTo(new Verdict.Exited(0));
  }

  @Test
  void aNameIsGivenToOneOfManyStartsAtOnce() throws Exception {
    JobSpec spec = shell("sleep 86400").name("db").build();

    List<Future<Job>> starts = atOnce(() -> test.worker().start(ALICE, spec));

    List<Job> started =
        starts.stream()
            .filter(start -> start.state() == Future.State.SUCCESS)
            .map(Future::resultNow)
            .toList();
    assertThat(started).hasSize(1);
    assertThat(starts.stream().filter(start -> start.state() == Future.State.FAILED))
        .hasSize(AT_ONCE - 1)
        .allSatisfy(
            start ->
                assertThat(start.exceptionNow())
                    .isInstanceOfSatisfying(
                        NameInUseException.class,
                        e -> assertThat(e.holder()).isEqualTo(started.getFirst().id())));
    assertThat(records()).isEqualTo(1);
  }

  @Test
  void aNameIsHeldAcrossARestartUntilItsJobEnds() throws Exception {
    Job before = test.start(shell("sleep 86400").name("db"));

    test.restart();

    assertThatThrownBy(() -> test.start(shell("true").name("db")))
        .isInstanceOfSatisfying(
            NameInUseException.class, e -> assertThat(e.holder()).isEqualTo(before.id()));
    Job holder = test.worker().find(before.id()).orElseThrow();
    holder.stop(StopRequest.kill("alice"));
    holder.await();
    assertThat(test.start(shell("true").name("db")).await().verdict())
        .isEqualTo(new Verdict.Exited(0));
  }
}
