package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.ALICE;
import static dev.jobd.worker.TestWorker.firstOutput;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.cgroup.Cgroups;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What holds for one job holds for thousands, and nothing is left of them. */
@Tag("host-only")
class ManyJobsTest {
  /** That end one after the other; with {@code make large}, more. */
  private static final int SHORT_JOBS = Boolean.getBoolean("jobd.large") ? 10_000 : 1_000;

  private static final int FORKERS = 1000;
  private static final int STARTERS = 16;
  private static final int CHILDREN = 100;

  /** For what nobody announces: that a shim has left, after its word, or waits. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final Duration STEP = Duration.ofMillis(1);

  /** For as long nothing comes or goes where nothing is under way. */
  private static final Duration REST = Duration.ofMillis(500);

  private TestWorker test;

  /** What earlier tests have left to this process: shims that ended after their workers. */
  private Set<Long> childrenBefore;

  @BeforeEach
  void open() throws IOException {
    childrenBefore = Processes.children();
    test = TestWorker.open();
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  /** All that a job may leave on the host. */
  private record Footprint(
      long files, long mounts, List<String> children, long threads, List<String> groups) {
    /** That of a worker which has one shim waiting for a job, and does nothing. */
    static Footprint atRest(Cgroups cgroups, Set<Long> childrenBefore) throws IOException {
      Footprint footprint = now(cgroups, childrenBefore);
      long start = System.nanoTime();
      long since = start;
      while (!(footprint.children.equals(List.of("jobd-shim (waiting for a job)"))
              && System.nanoTime() - since > REST.toNanos())
          && System.nanoTime() - start < PATIENCE.toNanos()) {
        LockSupport.parkNanos(STEP.toNanos());
        Footprint last = footprint;
        footprint = now(cgroups, childrenBefore);
        since = footprint.equals(last) ? since : System.nanoTime();
      }
      return footprint;
    }

    private static Footprint now(Cgroups cgroups, Set<Long> childrenBefore) throws IOException {
      long threads =
          Thread.getAllStackTraces().keySet().stream()
              .filter(t -> t.getName().startsWith("jobd"))
              .count();
      return new Footprint(
          Processes.openFiles(),
          Processes.mounts(),
          Processes.childrenSince(childrenBefore),
          threads,
          cgroups.jobs());
    }
  }

  @Test
  void jobsAsFastAsTheyCanLeaveNothingBehind() throws Exception {
    test.start("true").await();
    String instance = Files.readString(test.directory().resolve("instance"));
    Cgroups cgroups = Cgroups.open(instance); // the worker's own: it closes them
    Footprint before = Footprint.atRest(cgroups, childrenBefore);
    Callable<JobState.Ended> one =
        () -> test.worker().start(ALICE, JobSpec.of("/bin/true")).await();
    try (ExecutorService starters = Executors.newFixedThreadPool(STARTERS)) {
      for (Future<JobState.Ended> end :
          starters.invokeAll(IntStream.range(0, SHORT_JOBS).mapToObj(i -> one).toList())) {
        assertThat(end.get().verdict()).isEqualTo(new Verdict.Exited(0));
      }
    }
    assertThat(Footprint.atRest(cgroups, childrenBefore)).isEqualTo(before);
  }

  /**
   * The job forks with its first instructions, a hundred times; not one process is ever outside.
   */
  @Test
  void everyProcessOfAJobThatForksAtOnceIsInItsGroups() throws Exception {
    JobSpec forker =
        JobSpec.of(
            "perl",
            "-e",
            "for (1.."
                + CHILDREN
                + ") { fork // die or do { sleep 86400; exit } } syswrite STDOUT, 'up'; sleep"
                + " 86400");
    int outside = 0;
    for (int round = 0; round < FORKERS; round++) {
      Job job = test.worker().start(ALICE, forker);
      assertThat(firstOutput(job)).isEqualTo("up");
      int pid = ((JobState.Running) job.state()).command().pid();
      List<Path> members = Processes.namespaceOf(pid);
      assertThat(members).hasSize(CHILDREN + 2); // and init, and the command itself
      int hierarchies = Processes.groupsNamed(job.id().toString(), Path.of("/proc/" + pid)).size();
      assertThat(hierarchies).isPositive();
      for (Path member : members) {
        outside += Processes.groupsNamed(job.id().toString(), member).size() == hierarchies ? 0 : 1;
      }
      job.stop(StopRequest.kill("test"));
      job.await();
    }
    assertThat(outside).isZero();
  }
}
