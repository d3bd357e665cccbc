package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.ALICE;
import static dev.jobd.worker.TestWorker.firstOutput;
import static dev.jobd.worker.TestWorker.shell;
import static dev.jobd.worker.TestWorker.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is kept of real jobs' output under quotas. */
@Tag("host-only")
class OutputQuotaTest {
  private static final Owner BOB = new Owner("bob");

  private TestWorker test;

  @BeforeEach
  void open() throws IOException {
    test = TestWorker.open();
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  private static Quotas output(long bytes) {
    return new Quotas(null, null, null, null, bytes, null);
  }

  private static Quotas totalOutput(long bytes) {
    return new Quotas(null, null, null, null, null, bytes);
  }

  private Job print(Owner owner, int bytes) throws Exception {
    return test.worker().start(owner, shell("head -c " + bytes + " /dev/zero").build());
  }

  private Job printed(Owner owner, int bytes) throws Exception {
    Job job = print(owner, bytes);
    assertThat(job.await().verdict()).isEqualTo(new Verdict.Exited(0));
    return job;
  }

  private boolean isKept(Job job) throws IOException {
    boolean kept = test.worker().find(job.id()).orElseThrow().record().outputExpiredAt() == null;
    assertThat(Files.exists(job.directory())).isEqualTo(kept);
    return kept;
  }

  @Test
  void outputsThatEndedFirstMakeRoomForTheBoundOfTheNextJob() throws Exception {
    test.restart(output(25_000));
    Job first = printed(ALICE, 6_000);
    Job bobs = printed(BOB, 9_000);
    Job second = printed(ALICE, 7_000);
    assertThat(isKept(first)).isTrue();

    Job third = printed(ALICE, 8_000); // 13,000 are kept, and 10,000 may come

    assertThat(isKept(first)).isTrue();
    Job fourth = print(ALICE, 1); // 21,000 are kept
    assertThat(isKept(first)).isFalse();
    assertThat(isKept(second)).isTrue();
    assertThat(isKept(third)).isTrue();
    assertThat(isKept(bobs)).isTrue();
    assertThatThrownBy(() -> text(first)).isInstanceOf(OutputExpiredException.class);
    assertThat(((JobState.Ended) first.state()).verdict()).isEqualTo(new Verdict.Exited(0));
    fourth.await();
    test.restart(output(25_000));
    printed(ALICE, 1); // 15,001 are kept, as the records say
    assertThat(isKept(second)).as("kept outputs fit beside the next job's bound").isFalse();
    assertThat(isKept(third)).isTrue();
  }

  @Test
  void outputsOfAllMakeRoomInTheTotal() throws Exception {
    test.restart(totalOutput(20_000));
    Job bobs = printed(BOB, 9_000);
    Job alices = printed(ALICE, 9_000);

    test.sh("true").await();

    assertThat(isKept(bobs)).isFalse();
    assertThat(isKept(alices)).isTrue();
  }

  @Test
  void emptyOutputsStayForTheyTakeNoRoom() throws Exception {
    test.restart(output(12_000));
    Job empty = printed(ALICE, 0);
    Job full = printed(ALICE, 10_000);
    test.sh("true").await();

    assertThat(isKept(full)).isFalse();
    assertThat(isKept(empty)).isTrue();
  }

  @Test
  void aJobAtItsBoundRunsOnAndWhatIsDroppedIsCounted() throws Exception {
    test.restart(output(10_000));

    Job job = printed(ALICE, 15_000);

    assertThat(job.record().output().kept()).isEqualTo(10_000);
    assertThat(job.record().output().dropped()).isEqualTo(5_000);
  }

  @Test
  void theOutputOfALostJobCounts() throws Exception {
    test.restart(output(25_000));
    Job lost = test.sh("head -c 9000 /dev/zero; sleep 86400");
    assertThat(firstOutput(lost)).isNotEmpty();
    Processes.workingIn(lost.directory()).forEach(ProcessHandle::destroyForcibly); // its shim
    assertThat(lost.await().verdict()).isInstanceOf(Verdict.Lost.class);
    Job later = printed(ALICE, 9_000);

    test.sh("true").await();

    assertThat(isKept(lost)).isFalse();
    assertThat(isKept(later)).isTrue();
  }

  /** What is on the disk, looked at while many jobs print as much as they may. */
  @Test
  void outputOnTheDiskNeverExceedsItsQuota() throws Exception {
    long quota = 45_000;
    test.restart(output(quota));
    AtomicInteger looks = new AtomicInteger();
    Callable<Void> starter =
        () -> {
          for (int i = 0; i < 15; i++) {
            try {
              printed(ALICE, 3_000 * (i % 5));
            } catch (QuotaExceededException e) {
              assertThat(e.quota()).isEqualTo("output");
            }
            Map<Path, Long> outputs = outputsOnDisk();
            long bytes = outputs.values().stream().mapToLong(Long::longValue).sum();
            if (outputs.equals(outputsOnDisk())) { // so at one moment all were just so
              assertThat(bytes).isLessThanOrEqualTo(quota);
              looks.incrementAndGet();
            }
          }
          return null;
        };
    try (ExecutorService starters = Executors.newFixedThreadPool(6)) {
      List<Callable<Void>> all = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        all.add(starter);
      }
      for (Future<Void> done : starters.invokeAll(all)) {
        done.get();
      }
    }
    assertThat(looks).hasPositiveValue();
  }

  /** An output only grows, and comes to be once. */
  private Map<Path, Long> outputsOnDisk() throws IOException {
    Map<Path, Long> outputs = new HashMap<>();
    try (Stream<Path> jobs = Files.list(test.directory().resolve("jobs"))) {
      for (Path job : jobs.toList()) {
        try {
          outputs.put(job, Files.size(job.resolve("output")));
        } catch (NoSuchFileException e) {
          // let go a moment ago, or not made yet
        }
      }
    }
    return outputs;
  }
}
