package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.ALICE;
import static dev.jobd.worker.TestWorker.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.Quotas.StartRate;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.RequestId;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** Real jobs under maxima and quotas. */
@Tag("host-only")
class QuotaTest {
  private static final int AT_ONCE = 24;
  private static final Owner BOB = new Owner("bob");
  private static final String SLEEPS = "sleep 86400";

  private TestWorker test;

  @BeforeEach
  void open() throws IOException {
    test = TestWorker.open();
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  private static Quotas jobs(long running) {
    return new Quotas(running, null, null, null, null, null);
  }

  private static void end(Job job) throws Exception {
    job.stop(StopRequest.kill("alice"));
    job.await();
  }

  private void assertRefused(String quota, Callable<Job> start) throws IOException {
    int before = records();
    assertThatThrownBy(start::call)
        .isInstanceOfSatisfying(
            QuotaExceededException.class, e -> assertThat(e.quota()).isEqualTo(quota));
    assertThat(records()).as("nothing is left of a start that is refused").isEqualTo(before);
  }

  private int records() throws IOException {
    return test.worker().list(JobQuery.ALL).items().size();
  }

  @Test
  void aJobAboveAMaximumIsRefusedAndOneWithoutTheLimitGetsTheMaximum() throws Exception {
    Limits maxima = new Limits(null, null, 32L, null, null);
    test.restart(config -> config.withLimits(LimitPolicy.of(Limits.NONE, maxima, Quotas.NONE)));

    assertThatThrownBy(
            () -> test.start(shell("true").limits(new Limits(null, null, 33L, null, null))))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessage("limits.pids: must be at most 32, the maximum here, was 33");
    assertThat(records()).isZero();
    assertThat(test.sh("true").spec().limits().pids()).isEqualTo(32);
  }

  private JobSpec.Builder writing(@Nullable String device, long bytesPerSecond) {
    IoLimit limit = new IoLimit(device, null, bytesPerSecond, null, null);
    return shell("true")
        .workingDirectory(test.directory().toString())
        .limits(Limits.NONE.withIo(List.of(limit)));
  }

  @Test
  void theMaximumOfADiskHoldsByWhateverNameItIsAskedFor() throws Exception {
    String disk;
    try {
      disk = test.start(writing(null, 20_000)).spec().limits().io().getFirst().device();
    } catch (InvalidSpecException e) {
      throw new TestAbortedException("the worker's directory is on no disk: " + e.getMessage(), e);
    }
    IoLimit max = new IoLimit(disk, null, 10_000L, null, null);
    Limits maxima = Limits.NONE.withIo(List.of(max));
    test.restart(config -> config.withLimits(LimitPolicy.of(Limits.NONE, maxima, Quotas.NONE)));

    for (String name : new String[] {null, disk, test.directory().toString()}) {
      assertThatThrownBy(() -> test.start(writing(name, 10_001)))
          .isInstanceOf(InvalidSpecException.class)
          .hasMessage("limits.io[0].write_bps: must be at most 10000, the maximum here, was 10001");
    }
    assertThat(test.sh("true").spec().limits().io()).containsExactly(max);
  }

  @Test
  void aRepetitionIsAnsweredAlsoWhereTheMaximumIsLowerByNow() throws Exception {
    JobSpec asked = shell(SLEEPS).limits(new Limits(null, null, 64L, null, null)).build();
    Job first = test.worker().start(ALICE, asked, new RequestId("r"));
    Limits maxima = new Limits(null, null, 32L, null, null);
    test.restart(config -> config.withLimits(LimitPolicy.of(Limits.NONE, maxima, Quotas.NONE)));

    assertThat(test.worker().start(ALICE, asked, new RequestId("r")).id()).isEqualTo(first.id());
  }

  @Test
  void startsAtOnceDoNotExceedAQuotaTogether() throws Exception {
    test.restart(jobs(5));
    CyclicBarrier together = new CyclicBarrier(AT_ONCE);
    List<Future<Job>> starts = new ArrayList<>();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < AT_ONCE; i++) {
        starts.add(
            callers.submit(
                () -> {
                  together.await();
                  return test.sh(SLEEPS);
                }));
      }
    }

    assertThat(starts.stream().filter(start -> start.state() == Future.State.SUCCESS)).hasSize(5);
    assertThat(starts.stream().filter(start -> start.state() == Future.State.FAILED))
        .hasSize(AT_ONCE - 5)
        .allSatisfy(
            start -> assertThat(start.exceptionNow()).isInstanceOf(QuotaExceededException.class));
    assertThat(records()).isEqualTo(5);
  }

  @Test
  void whoHearsOfAnEndMayStartTheNextAtOnce() throws Exception {
    test.restart(new Quotas(1L, null, 100L, 64L << 20, 10_000L, 10_000L));
    for (int i = 0; i < 30; i++) {
      assertThat(test.sh("echo hi").await().verdict()).isEqualTo(new Verdict.Exited(0));
    }
  }

  @Test
  void eachQuotaBoundsWhatLiveJobsHaveTogether() throws Exception {
    for (Quotas quotas :
        List.of(
            new Quotas(null, null, 250L, null, null, null),
            new Quotas(null, null, null, 150L << 20, null, null),
            new Quotas(null, null, null, null, 25_000L, null),
            new Quotas(null, null, null, null, null, 25_000L))) {
      test.restart(quotas);
      Job first = test.sh(SLEEPS);
      Job second = test.sh(SLEEPS);

      assertThatThrownBy(() -> test.sh(SLEEPS)).isInstanceOf(QuotaExceededException.class);
      end(first);
      end(test.sh(SLEEPS));
      end(second);
    }
  }

  @Test
  void quotasAreEachOwnersOwnButOfTheTotal() throws Exception {
    test.restart(new Quotas(1L, null, null, null, null, 25_000L));
    test.sh(SLEEPS);

    test.worker().start(BOB, shell(SLEEPS).build());
    assertRefused("running_jobs", () -> test.sh("true"));
    assertRefused(
        "total_output", () -> test.worker().start(new Owner("carol"), shell("true").build()));
  }

  @Test
  void jobsThatAreTakenUpCount() throws Exception {
    Job before = test.sh(SLEEPS);
    test.restart(jobs(2));
    Job second = test.sh(SLEEPS);
    test.restart(jobs(2));

    assertRefused("running_jobs", () -> test.sh("true"));
    end(test.worker().find(before.id()).orElseThrow());
    test.sh("true").await();
    end(test.worker().find(second.id()).orElseThrow());
  }

  @Test
  void aJobThatEndsWhileNobodyIsThereCountsNoMore() throws Exception {
    test.restart(jobs(1));
    Gate gate = test.gate();
    Job job = test.sh(gate.pass());
    test.restart(
        () -> {
          gate.open();
          Directories.awaitMade(job.directory(), "exit");
        });
    test.restart(jobs(1));

    test.worker().find(job.id()).orElseThrow().await();
    test.sh("true").await();
  }

  @Test
  void whatComesToNothingGivesBackItsPart() throws Exception {
    test.restart(jobs(2));
    test.start(shell(SLEEPS).name("db"));
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> test.start("/no/such/program")).isInstanceOf(LaunchException.class);
      assertThatThrownBy(() -> test.start(shell("true").name("db")))
          .isInstanceOf(NameInUseException.class);
    }

    Job second = test.start(shell(SLEEPS).name("web"));
    assertRefused("running_jobs", () -> test.start(shell(SLEEPS).name("cache")));
    end(second);
    test.start(shell(SLEEPS).name("cache")); // whose refusal took no name
  }

  @Test
  void aRepetitionTakesNothing() throws Exception {
    test.restart(new Quotas(1L, new StartRate(1, 1), null, null, null, null));
    RequestId request = new RequestId("deploy-42");
    Job first = test.worker().start(ALICE, shell(SLEEPS).build(), request);

    for (int i = 0; i < 5; i++) {
      assertThat(test.worker().start(ALICE, shell(SLEEPS).build(), request)).isSameAs(first);
    }
    assertRefused("running_jobs", () -> test.sh("true"));
  }

  @Test
  void whatIsUsedCanBeAskedFor() throws Exception {
    test.restart(new Quotas(5L, null, 1000L, null, 50_000L, 60_000L));
    test.sh("head -c 1000 /dev/zero").await();
    test.worker().start(BOB, shell("head -c 500 /dev/zero").build()).await();
    test.sh(SLEEPS);
    test.sh("true").await();

    assertThat(test.worker().quotaUse(ALICE))
        .extracting(QuotaUse::quota)
        .containsExactly("running_jobs", "cpus", "output");
    assertThat(test.worker().allQuotaUse(ALICE))
        .containsExactly(
            new QuotaUse("running_jobs", "jobs", 5, 1),
            new QuotaUse("cpus", "cpu_millis", 1000, 100),
            new QuotaUse("output", "bytes", 50_000, 11_000),
            new QuotaUse("total_output", "bytes", 60_000, 11_500));
  }

  private static JobSpec.Builder large() {
    Map<String, String> env = new HashMap<>();
    for (int i = 0; i < 8; i++) {
      env.put("V" + i, "x".repeat(125_000));
    }
    return shell(SLEEPS).env(env);
  }

  @Test
  void specificationsOfLiveJobsAreBoundedWhateverIsConfiguredAlsoAfterARestart() throws Exception {
    test.restart(Quotas.NONE);
    List<Job> jobs = new ArrayList<>();
    long most = SpecificationLedger.MAX_OWNER_BYTES / large().build().memoryBytes();
    for (int i = 0; i < most; i++) {
      jobs.add(test.start(large()));
    }
    assertRefused("specifications", () -> test.start(large()));
    end(test.worker().start(BOB, large().build()));
    test.restart(Quotas.NONE);
    assertRefused("specifications", () -> test.start(large()));
    end(test.worker().find(jobs.getFirst().id()).orElseThrow());
    test.start(large());
  }
}
