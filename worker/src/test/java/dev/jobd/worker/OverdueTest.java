package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.OutputRule;
import dev.jobd.worker.store.History.EndedJob;
import dev.jobd.worker.store.History.Holdings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OverdueTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final Duration FOREVER = Duration.ofDays(10_000);
  private static final Retention RETENTION =
      new Retention(Duration.ofDays(1), Duration.ofDays(10), 100, 1000);

  /** Oldest first: each ended so long ago, with so much output. */
  private final List<EndedJob> jobs = new ArrayList<>();

  private JobId ended(Duration ago, long outputBytes) {
    JobId id = JobId.random();
    jobs.add(new EndedJob(id, NOW.minus(ago), outputBytes));
    return id;
  }

  private Overdue overdue(Retention retention) {
    long bytes = jobs.stream().mapToLong(EndedJob::outputBytes).sum();
    return Overdue.of(retention, new Holdings(jobs.size(), bytes), jobs, jobs, NOW);
  }

  @Test
  void nothingIsToGoOfNothing() {
    Overdue overdue = overdue(RETENTION);

    assertThat(overdue.isEmpty()).isTrue();
    assertThat(overdue.until(NOW, FOREVER)).isEqualTo(FOREVER);
  }

  @Test
  void outputsGoAtTheirAgeAndJobsAtTheirs() {
    JobId job = ended(Duration.ofDays(10), 1);
    JobId output = ended(Duration.ofDays(1), 1);
    ended(Duration.ofHours(23), 1);

    Overdue overdue = overdue(RETENTION);

    assertThat(overdue.jobs()).containsExactly(job);
    assertThat(overdue.outputs()).containsExactly(entry(output, OutputRule.AGE));
    assertThat(overdue.until(NOW, FOREVER)).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void theNextIsWhateverComesOfAgeFirst() {
    ended(Duration.ofDays(9), 0);
    Overdue overdue =
        Overdue.of(RETENTION, new Holdings(1, 0), jobs, List.of(), NOW); // its output has expired

    assertThat(overdue.isEmpty()).isTrue();
    assertThat(overdue.until(NOW, FOREVER)).isEqualTo(Duration.ofDays(1));
  }

  @Test
  void theOldestGoWhereThereAreTooManyJobs() {
    JobId first = ended(Duration.ofHours(3), 1);
    JobId second = ended(Duration.ofHours(2), 1);
    ended(Duration.ofHours(1), 1);

    Overdue overdue = overdue(RETENTION.withMaxJobs(1));

    assertThat(overdue.jobs()).containsExactly(first, second);
    assertThat(overdue.outputs()).isEmpty();
  }

  @Test
  void theOldestOutputsGoUntilTheRestFits() {
    JobId first = ended(Duration.ofHours(3), 600);
    ended(Duration.ofHours(2), 500);
    ended(Duration.ofHours(1), 500);

    Overdue overdue = overdue(RETENTION);

    assertThat(overdue.jobs()).isEmpty();
    assertThat(overdue.outputs()).containsExactly(entry(first, OutputRule.KEPT_OUTPUT));
  }

  @Test
  void outputsOfJobsThatGoMakeRoomForTheOthers() {
    JobId first = ended(Duration.ofDays(10), 600);
    ended(Duration.ofHours(2), 500);
    ended(Duration.ofHours(1), 500);

    Overdue overdue = overdue(RETENTION);

    assertThat(overdue.jobs()).containsExactly(first);
    assertThat(overdue.outputs()).isEmpty();
  }

  @Test
  void anOutputThatIsLargerThanAllMayBeGoesAlone() {
    JobId output = ended(Duration.ofMillis(1), 1001);

    assertThat(overdue(RETENTION).outputs()).containsOnlyKeys(output);
  }

  @Test
  void whatEndedInTheFutureOfASetBackClockStays() {
    ended(Duration.ofDays(-3), 1);

    assertThat(overdue(RETENTION).isEmpty()).isTrue();
  }
}
