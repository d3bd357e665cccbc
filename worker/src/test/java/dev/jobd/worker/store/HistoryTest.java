package dev.jobd.worker.store;

import static dev.jobd.worker.store.Samples.ALICE;
import static dev.jobd.worker.store.Samples.BOB;
import static dev.jobd.worker.store.Stores.durable;
import static dev.jobd.worker.store.Stores.inserted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.OutputRule;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.Verdict;
import dev.jobd.worker.store.History.Deletion;
import dev.jobd.worker.store.History.EndedJob;
import dev.jobd.worker.store.History.Holdings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HistoryTest {
  private static final Instant LATER = Samples.TIME.plusSeconds(1000);
  private static final JobSpec LABELLED =
      JobSpec.builder(List.of("true")).labels(Map.of("team", "a")).build();
  private static final JobQuery BY_LABEL =
      new JobQuery(null, null, null, Set.of(), Map.of("team", "a"), 10, null);

  @TempDir Path directory;
  private SqliteJobStore store;

  @BeforeEach
  void open() throws IOException {
    store = SqliteJobStore.open(directory.resolve("jobs.db"));
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private void reopen() throws IOException {
    store.close();
    open();
  }

  private JobRecord ended(long seconds, long outputBytes) throws Exception {
    return ended(ALICE, seconds, outputBytes);
  }

  private JobRecord ended(Owner owner, long seconds, long outputBytes) throws Exception {
    return inserted(
        store,
        Samples.starting(owner, LABELLED)
            .withState(
                new JobState.Ended(null, Samples.TIME.plusSeconds(seconds), new Verdict.Exited(0)))
            .withOutput(new OutputSize(outputBytes, 0)));
  }

  @Test
  void endedJobsAreKnownByTheirEndAndLiveOnesAreNot() throws Exception {
    JobRecord late = ended(20, 7);
    JobRecord early = ended(10, 5);
    JobRecord live = inserted(store, Samples.starting());

    assertThat(store.oldest(10))
        .containsExactly(
            new EndedJob(early.id(), Samples.TIME.plusSeconds(10), 5),
            new EndedJob(late.id(), Samples.TIME.plusSeconds(20), 7));
    assertThat(store.oldest(1)).hasSize(1);
    assertThat(store.holdings()).isEqualTo(new Holdings(2, 12));

    durable(store.update(live.withState(Samples.exited(0)).withOutput(new OutputSize(100, 1))));
    durable(store.update(live.withState(Samples.exited(1)).withOutput(new OutputSize(9, 9))));

    assertThat(store.holdings()).as("an end counts once").isEqualTo(new Holdings(3, 112));
    reopen();
    assertThat(store.holdings()).isEqualTo(new Holdings(3, 112));
  }

  @Test
  void expiredOutputLeavesTheVerdictAndADirectoryToRemove() throws Exception {
    JobRecord job = ended(0, 7);

    durable(store.expireOutput(job.id(), LATER, OutputRule.AGE));

    JobRecord after = store.find(job.id()).orElseThrow();
    assertThat(after.outputExpiredAt()).isEqualTo(LATER);
    assertThat(after.outputExpiredBy()).isEqualTo(OutputRule.AGE);
    assertThat(after.state()).isEqualTo(job.state());
    assertThat(after.output()).isEqualTo(job.output());
    assertThat(store.list(JobQuery.ALL).items()).containsExactly(after);
    assertThat(store.oldestWithOutput(10)).isEmpty();
    assertThat(store.oldest(10)).containsExactly(new EndedJob(job.id(), Samples.TIME, 0));
    assertThat(store.holdings()).isEqualTo(new Holdings(1, 0));
    reopen();
    assertThat(store.removals(null, 10)).containsExactly(job.id());

    durable(store.removed(job.id()));

    assertThat(store.removals(null, 10)).isEmpty();
  }

  @Test
  void anOutputExpiresOnce() throws Exception {
    JobRecord job = ended(0, 7);
    durable(store.expireOutput(job.id(), LATER, OutputRule.AGE));
    durable(store.removed(job.id()));

    durable(store.expireOutput(job.id(), LATER.plusSeconds(1), OutputRule.AGE));

    assertThat(store.find(job.id()).orElseThrow().outputExpiredAt()).isEqualTo(LATER);
    assertThat(store.removals(null, 10)).isEmpty();
    assertThat(store.holdings()).isEqualTo(new Holdings(1, 0));
  }

  @Test
  void keptOutputIsCountedForEachOwner() throws Exception {
    JobRecord first = ended(ALICE, 0, 7);
    ended(ALICE, 1, 0);
    JobRecord live = inserted(store, Samples.starting());
    ended(BOB, 2, 100);
    assertThat(store.keptOutput(ALICE)).isEqualTo(7);

    durable(store.update(live.withState(Samples.exited(0)).withOutput(new OutputSize(10, 0))));
    durable(store.update(live.withState(Samples.exited(0)).withOutput(new OutputSize(99, 0))));
    assertThat(store.keptOutput(ALICE)).isEqualTo(17);

    durable(store.expireOutput(first.id(), LATER, OutputRule.AGE));
    durable(store.expireOutput(first.id(), LATER, OutputRule.AGE));
    reopen();
    assertThat(store.keptOutput(ALICE)).isEqualTo(10);
    assertThat(store.delete(first.id()).get()).isEqualTo(Deletion.DELETED);
    assertThat(store.delete(live.id()).get()).isEqualTo(Deletion.DELETED);
    assertThat(store.keptOutput(ALICE)).isZero();
    assertThat(store.keptOutput(BOB)).isEqualTo(100);
  }

  @Test
  void anOwnersOldestOutputsExpireUntilTheRestFits() throws Exception {
    JobRecord second = ended(ALICE, 20, 5);
    JobRecord first = ended(ALICE, 10, 5);
    JobRecord empty = ended(ALICE, 0, 0);
    JobRecord third = ended(ALICE, 30, 5);
    JobRecord bobs = ended(BOB, 0, 5);

    assertThat(store.expireOldest(ALICE, 15, 10, LATER).get()).isEmpty();
    assertThat(store.expireOldest(ALICE, 9, 10, LATER).get())
        .containsExactly(first.id(), second.id());
    assertThat(store.expireOldest(ALICE, 9, 10, LATER).get()).isEmpty();

    assertThat(store.find(first.id()).orElseThrow().outputExpiredAt()).isEqualTo(LATER);
    assertThat(store.find(first.id()).orElseThrow().outputExpiredBy())
        .isEqualTo(OutputRule.OWNER_QUOTA);
    assertThat(store.removals(null, 10)).containsExactlyInAnyOrder(first.id(), second.id());
    for (JobRecord kept : List.of(empty, third, bobs)) {
      assertThat(store.find(kept.id()).orElseThrow().outputExpiredAt()).isNull();
    }
    assertThat(store.keptOutput(ALICE)).isEqualTo(5);
    assertThat(store.holdings()).isEqualTo(new Holdings(5, 10));
  }

  @Test
  void outputsOfAllExpireUntilTheRestFits() throws Exception {
    JobRecord alices = ended(ALICE, 20, 5);
    JobRecord bobs = ended(BOB, 10, 5);

    assertThat(store.expireOldest(null, 9, 10, LATER).get()).containsExactly(bobs.id());
    assertThat(store.expireOldest(null, 0, 10, LATER).get()).containsExactly(alices.id());
    assertThat(store.holdings()).isEqualTo(new Holdings(2, 0));
    assertThat(store.find(bobs.id()).orElseThrow().outputExpiredBy())
        .isEqualTo(OutputRule.TOTAL_QUOTA);
  }

  @Test
  void noMoreOutputsExpireInOneStepThanAsked() throws Exception {
    for (int i = 0; i < 5; i++) {
      ended(ALICE, i, 1);
    }

    assertThat(store.expireOldest(ALICE, 0, 3, LATER).get()).hasSize(3);
    assertThat(store.expireOldest(ALICE, 0, 3, LATER).get()).hasSize(2);
  }

  @Test
  void anEndThatWasAskedForBeforeIsCountedByAnExpiry() throws Exception {
    JobRecord job = inserted(store, Samples.starting());
    var end = store.update(job.withState(Samples.exited(0)).withOutput(new OutputSize(5, 0)));

    assertThat(store.expireOldest(ALICE, 4, 10, LATER).get()).containsExactly(job.id());
    durable(end);
  }

  @Test
  void aLiveJobLosesNothing() throws Exception {
    JobRecord live =
        inserted(store, Samples.starting().withState(new JobState.Running(Samples.COMMAND)));

    durable(store.expireOutput(live.id(), LATER, OutputRule.AGE));
    assertThat(store.delete(live.id()).get()).isEqualTo(Deletion.LIVE);

    assertThat(store.find(live.id())).contains(live);
    assertThat(store.removals(null, 10)).isEmpty();
  }

  @Test
  void anEndThatWasAskedForBeforeIsSeenByADeletion() throws Exception {
    JobRecord job = inserted(store, Samples.starting());
    var end = store.update(job.withState(Samples.exited(0)));

    assertThat(store.delete(job.id()).get()).isEqualTo(Deletion.DELETED);
    durable(end);
  }

  @Test
  void deletedJobIsGoneAndLeavesADirectoryToRemove() throws Exception {
    JobRecord kept = ended(0, 1);
    JobRecord job = ended(10, 7);

    assertThat(store.delete(job.id()).get()).isEqualTo(Deletion.DELETED);

    assertThat(store.find(job.id())).isEmpty();
    assertThat(store.list(JobQuery.ALL).items()).containsExactly(kept);
    assertThat(store.list(BY_LABEL).items()).containsExactly(kept);
    assertThat(store.holdings()).isEqualTo(new Holdings(1, 1));
    assertThat(store.delete(job.id()).get()).isEqualTo(Deletion.ABSENT);
    reopen();
    assertThat(store.removals(null, 10)).containsExactly(job.id());
  }

  @Test
  void deletionAfterExpiryIsOneRemovalAndCountsTheOutputOnce() throws Exception {
    JobRecord job = ended(0, 7);
    durable(store.expireOutput(job.id(), LATER, OutputRule.AGE));

    assertThat(store.delete(job.id()).get()).isEqualTo(Deletion.DELETED);

    assertThat(store.removals(null, 10)).containsExactly(job.id());
    assertThat(store.holdings()).isEqualTo(new Holdings(0, 0));
  }

  @Test
  void aCorruptRecordCanBeDeleted() throws Exception {
    JobRecord job = ended(0, 7);
    Stores.tamper(directory.resolve("jobs.db"), "UPDATE jobs SET spec = x'', state = x''");

    assertThat(store.delete(job.id()).get()).isEqualTo(Deletion.DELETED);

    assertThat(store.list(BY_LABEL).items()).isEmpty();
    assertThat(store.list(JobQuery.ALL).items()).isEmpty();
  }

  @Test
  void theSequenceOfADeletedJobIsNotGivenToAnother() throws Exception {
    ended(0, 0);
    JobRecord newest = ended(0, 0);
    String token = PageToken.before(2);
    assertThat(store.delete(newest.id()).get()).isEqualTo(Deletion.DELETED);
    reopen();

    JobRecord next = ended(0, 0);

    assertThat(store.list(JobQuery.ALL.withPageToken(token)).items()).doesNotContain(next);
    assertThat(store.list(JobQuery.ALL.withPageToken(PageToken.before(3))).items())
        .doesNotContain(next)
        .hasSize(1);
  }

  @Test
  void removalsComeInPagesById() throws Exception {
    for (int i = 0; i < 5; i++) {
      durable(store.expireOutput(ended(i, 0).id(), LATER, OutputRule.AGE));
    }

    List<JobId> first = store.removals(null, 3);
    List<JobId> second = store.removals(first.getLast(), 3);

    assertThat(first).hasSize(3);
    assertThat(second).hasSize(2).doesNotContainAnyElementsOf(first);
  }

  @Test
  void pagesStayRightWhileRecordsAreDeleted() throws Exception {
    JobRecord oldest = ended(0, 0);
    JobRecord middle = ended(1, 0);
    JobRecord newest = ended(2, 0);
    JobQuery single = new JobQuery(null, null, null, Set.of(), Map.of(), 1, null);
    var page = store.list(single);
    assertThat(page.items()).containsExactly(newest);

    assertThat(store.delete(newest.id()).get()).isEqualTo(Deletion.DELETED);
    page = store.list(single.withPageToken(page.nextToken()));
    assertThat(page.items()).containsExactly(middle);
    assertThat(store.delete(middle.id()).get()).isEqualTo(Deletion.DELETED);

    assertThat(store.list(single.withPageToken(page.nextToken())).items()).containsExactly(oldest);
  }
}
