package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.Quotas.StartRate;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Owner;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuotaLedgerTest {
  private static final Owner ALICE = new Owner("alice");
  private static final Owner BOB = new Owner("bob");
  private static final Limits STANDARD = new Limits(500L, 1L << 30, null, null, 1L << 20);

  private long now = 5;
  private final QuotaLedger ledger =
      ledger(new Quotas(4L, null, 2000L, 3L << 30, 5L << 20, 8L << 20));

  private QuotaLedger ledger(Quotas quotas) {
    return new QuotaLedger(new LimitPolicy(STANDARD, Limits.NONE, quotas), () -> now);
  }

  private static Limits limits(long cpuMillis, long memory, long output) {
    return new Limits(cpuMillis, memory << 30, null, null, output << 20);
  }

  private JobId take(Owner owner, Limits limits) {
    JobId job = JobId.random();
    ledger.take(job, owner, limits);
    return job;
  }

  private void assertRefused(Owner owner, Limits limits, long bound, long used, String message) {
    assertThatThrownBy(() -> take(owner, limits))
        .isInstanceOfSatisfying(
            QuotaExceededException.class,
            e -> {
              assertThat(e.bound()).isEqualTo(bound);
              assertThat(e.used()).isEqualTo(used);
              assertThat(e.retryAfter()).isNull();
            })
        .hasMessage(message);
  }

  @Test
  void eachQuotaSaysWhatIsUsedAndTheWayOut() {
    take(ALICE, limits(1500, 2, 1));

    assertRefused(
        ALICE,
        limits(600, 1, 1),
        2000,
        1500,
        "quota cpus exceeded: this job takes 0.6, live jobs have 1.5 of 2: ask for less, or wait"
            + " until one ends");
    assertRefused(
        ALICE,
        limits(100, 2, 1),
        3L << 30,
        2L << 30,
        "quota memory exceeded: this job takes 2G, live jobs have 2G of 3G: ask for less, or wait"
            + " until one ends");
    assertRefused(
        ALICE,
        limits(100, 1, 6),
        5L << 20,
        1L << 20,
        "quota output exceeded: this job takes 6M, and there is 5M: ask for less");
    for (int i = 0; i < 3; i++) {
      take(ALICE, new Limits(100L, 1L << 20, null, null, 1L));
    }
    assertRefused(
        ALICE,
        limits(10, 1, 1),
        4,
        4,
        "quota running_jobs exceeded: 4 of 4 jobs are live: wait until one ends, or stop one");
  }

  @Test
  void ownersTakeNothingOfEachOtherButOfTheTotal() {
    take(ALICE, limits(2000, 3, 5));
    take(BOB, limits(2000, 2, 2));

    assertRefused(
        BOB,
        new Limits(10L, 1L << 20, null, null, 2L << 20),
        2000,
        2000,
        "quota cpus exceeded: this job takes 0.01, live jobs have 2 of 2: ask for less, or wait"
            + " until one ends");
    assertRefused(
        new Owner("carol"),
        limits(100, 1, 2),
        8L << 20,
        7L << 20,
        "quota total_output exceeded: this job takes 2M, live jobs of all users have 7M of 8M: ask"
            + " for less, or wait until one ends");
  }

  @Test
  void aRefusedStartTakesNothing() {
    assertThatThrownBy(() -> take(ALICE, limits(2001, 3, 5)))
        .isInstanceOf(QuotaExceededException.class);

    assertThatCode(() -> take(ALICE, limits(2000, 3, 5))).doesNotThrowAnyException();
  }

  @Test
  void whatIsGivenBackIsThereAgainHoweverOftenThatIsTold() {
    JobId first = take(ALICE, limits(1000, 1, 1));
    JobId second = take(ALICE, limits(1000, 1, 1));
    ledger.giveBack(first, ALICE);
    ledger.giveBack(first, ALICE);
    ledger.giveBack(JobId.random(), ALICE);
    ledger.giveBack(JobId.random(), BOB);

    assertThatThrownBy(() -> take(ALICE, limits(1001, 1, 1)))
        .isInstanceOf(QuotaExceededException.class);
    take(ALICE, limits(1000, 1, 1));
    ledger.giveBack(second, ALICE);
    take(ALICE, limits(1000, 1, 1));
  }

  @Test
  void aJobThatIsTakenUpCountsEvenWhereItExceedsAndWithTheDefaultsWhereItHasNoLimits() {
    List<JobId> jobs = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      jobs.add(JobId.random());
      ledger.takeUp(jobs.getLast(), ALICE, new Limits(null, 1L << 60, null, null, null));
    }

    assertRefused(
        ALICE,
        limits(10, 1, 1),
        4,
        10,
        "quota running_jobs exceeded: 10 of 4 jobs are live: wait until one ends, or stop one");
    jobs.subList(0, 7).forEach(job -> ledger.giveBack(job, ALICE));
    assertRefused(
        ALICE,
        limits(501, 1, 1),
        2000,
        1500,
        "quota cpus exceeded: this job takes 0.501, live jobs have 1.5 of 2: ask for less, or wait"
            + " until one ends");
    jobs.forEach(job -> ledger.giveBack(job, ALICE));
    take(ALICE, limits(2000, 3, 5));
  }

  @Test
  void outputOfEndedJobsHasTheRoomThatLiveOnesLeave() {
    take(ALICE, limits(100, 1, 2));
    take(BOB, limits(100, 1, 1));

    assertThat(ledger.outputRoom(ALICE)).isEqualTo(3L << 20);
    assertThat(ledger.outputRoom(BOB)).isEqualTo(4L << 20);
    assertThat(ledger.totalOutputRoom()).isEqualTo(5L << 20);
    ledger.takeUp(JobId.random(), ALICE, limits(100, 1, 100));
    assertThat(ledger.outputRoom(ALICE)).isZero();
    assertThat(ledger(Quotas.NONE).outputRoom(ALICE)).isNull();
    assertThat(ledger(Quotas.NONE).totalOutputRoom()).isNull();
  }

  @Test
  void changedLimitsCountFromThenOnWhereThereIsRoom() {
    JobId job = take(ALICE, limits(1000, 1, 1));
    take(ALICE, limits(500, 1, 1));

    ledger.change(job, ALICE, limits(1500, 1, 1));
    ledger.settle(job, ALICE, limits(1500, 1, 1));
    assertThatThrownBy(() -> take(ALICE, limits(10, 1, 1)))
        .isInstanceOf(QuotaExceededException.class);
    assertThatThrownBy(() -> ledger.change(job, ALICE, limits(1501, 1, 1)))
        .isInstanceOf(QuotaExceededException.class);
    ledger.change(job, ALICE, limits(1000, 1, 1));
    ledger.settle(job, ALICE, limits(1000, 1, 1));
    take(ALICE, limits(500, 1, 1));
  }

  @Test
  void whereJobsThatWereTakenUpExceedAQuotaEachMayHaveLessAndNoMore() {
    List<JobId> jobs = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      jobs.add(JobId.random());
      ledger.takeUp(jobs.getLast(), ALICE, limits(1000, 1, 1));
    }

    ledger.change(jobs.getFirst(), ALICE, limits(900, 1, 1));
    ledger.settle(jobs.getFirst(), ALICE, limits(900, 1, 1));

    assertThatThrownBy(() -> ledger.change(jobs.getFirst(), ALICE, limits(901, 1, 1)))
        .hasMessageContaining("quota cpus");
  }

  @Test
  void limitsThatAreChangingCountWithTheLargerOfBothInEachQuota() {
    JobId job = take(ALICE, limits(1500, 1, 1));

    ledger.change(job, ALICE, limits(500, 2, 1));

    assertThatThrownBy(() -> take(ALICE, limits(600, 1, 1))).hasMessageContaining("quota cpus");
    assertThatThrownBy(() -> take(ALICE, limits(500, 2, 1))).hasMessageContaining("quota memory");
    ledger.settle(job, ALICE, limits(1500, 1, 1)); // it came to nothing
    take(ALICE, limits(500, 2, 1));
  }

  @Test
  void limitsOfAJobThatIsOverDoNotChange() {
    JobId job = take(ALICE, limits(2000, 1, 1));
    ledger.giveBack(job, ALICE);

    ledger.change(job, ALICE, limits(2000, 1, 1));
    ledger.settle(job, ALICE, limits(2000, 1, 1));

    take(ALICE, limits(2000, 1, 1));
  }

  @Test
  void startsHaveAPaceOfTheirOwnForEachOwnerWhichOutlivesTheJobs() {
    QuotaLedger paced = ledger(new Quotas(null, new StartRate(1, 2), null, null, null, null));
    for (int i = 0; i < 2; i++) {
      JobId job = JobId.random();
      paced.take(job, ALICE, Limits.NONE);
      paced.giveBack(job, ALICE);
    }

    assertThatThrownBy(() -> paced.take(JobId.random(), ALICE, Limits.NONE))
        .isInstanceOf(QuotaExceededException.class);
    paced.take(JobId.random(), BOB, Limits.NONE);
    assertThatThrownBy(() -> paced.take(JobId.random(), ALICE, Limits.NONE))
        .isInstanceOf(QuotaExceededException.class);
    now += 1_000_000_000;
    paced.take(JobId.random(), ALICE, Limits.NONE);
  }

  @Test
  void aStartThatAnotherQuotaRefusesTakesNothingOfThePace() {
    QuotaLedger paced = ledger(new Quotas(1L, new StartRate(1, 2), null, null, null, null));
    JobId job = JobId.random();
    paced.take(job, ALICE, Limits.NONE);
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> paced.take(JobId.random(), ALICE, Limits.NONE))
          .hasMessageContaining("running_jobs");
    }
    paced.giveBack(job, ALICE);

    assertThatCode(() -> paced.take(JobId.random(), ALICE, Limits.NONE)).doesNotThrowAnyException();
  }

  @Test
  void aJobWhoseLimitsAreNotSettledCountsWithTheLargestOfAllThatItMayHave() {
    JobId job = take(ALICE, limits(500, 1, 1));
    ledger.change(job, ALICE, limits(100, 2, 1));
    ledger.change(job, ALICE, limits(200, 1, 1));

    assertThat(ledger.use(ALICE))
        .containsEntry(Quota.CPUS, new QuotaUse("cpus", "cpu_millis", 2000, 500))
        .containsEntry(Quota.MEMORY, new QuotaUse("memory", "bytes", 3L << 30, 2L << 30));
    ledger.settle(job, ALICE, limits(200, 1, 1));
    assertThat(ledger.use(ALICE))
        .containsEntry(Quota.CPUS, new QuotaUse("cpus", "cpu_millis", 2000, 200))
        .containsEntry(Quota.MEMORY, new QuotaUse("memory", "bytes", 3L << 30, 1L << 30));
  }
}
