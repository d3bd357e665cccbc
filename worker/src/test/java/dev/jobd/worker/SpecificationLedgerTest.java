package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.Owner;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SpecificationLedgerTest {
  private static final Owner ALICE = new Owner("alice");
  private static final Owner BOB = new Owner("bob");
  private static final JobSpec SMALL = JobSpec.of("true");

  /** Takes 2 MiB of memory and somewhat. */
  private static final JobSpec LARGE = JobSpec.of(pieces());

  private static final int MOST = 7;

  private final SpecificationLedger ledger = new SpecificationLedger();

  private static String[] pieces() {
    return Collections.nCopies(10, "x".repeat(104_850)).toArray(String[]::new);
  }

  private JobId take(Owner owner, JobSpec spec) {
    JobId job = JobId.random();
    ledger.take(job, owner, spec);
    return job;
  }

  private List<JobId> takeMost(Owner owner) {
    List<JobId> jobs = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      jobs.add(take(owner, LARGE));
    }
    return jobs;
  }

  @Test
  void refusesWhatOneOwnersJobsHaveNoRoomForAndSaysWhatIsUsedAndTheWayOut() {
    takeMost(ALICE);

    assertThatThrownBy(() -> take(ALICE, LARGE))
        .isInstanceOfSatisfying(
            QuotaExceededException.class,
            e -> {
              assertThat(e.quota()).isEqualTo("specifications");
              assertThat(e.bound()).isEqualTo(16 << 20);
              assertThat(e.used()).isEqualTo(MOST * LARGE.memoryBytes());
              assertThat(e.retryAfter()).isNull();
            })
        .hasMessage(
            "quota specifications exceeded: this job's arguments, environment and labels take 2049K"
                + " of memory, those of your live jobs have 14341K of 16384K: pass less, in a file"
                + " say, or wait until one ends, or stop one");
    take(ALICE, SMALL);
    take(BOB, LARGE);
  }

  @Test
  void refusesWhatAllJobsTogetherHaveNoRoomFor() {
    for (String name : List.of("a", "b", "c", "d")) {
      takeMost(new Owner(name));
    }
    for (int i = 0; i < 3; i++) {
      take(BOB, LARGE);
    }

    assertThatThrownBy(() -> take(BOB, LARGE))
        .isInstanceOfSatisfying(
            QuotaExceededException.class, e -> assertThat(e.bound()).isEqualTo(64 << 20))
        .hasMessageContaining("those of live jobs of all users have");
  }

  @Test
  void whatIsGivenBackIsThereAgainHoweverOftenThatIsTold() {
    List<JobId> jobs = takeMost(ALICE);

    ledger.giveBack(jobs.getFirst());
    ledger.giveBack(jobs.getFirst());
    ledger.giveBack(JobId.random());

    take(ALICE, LARGE);
    assertThatThrownBy(() -> take(ALICE, LARGE)).isInstanceOf(QuotaExceededException.class);
  }

  @Test
  void aJobThatIsTakenUpCountsEvenWhereItExceeds() {
    List<JobId> jobs = takeMost(ALICE);
    JobId more = JobId.random();
    ledger.takeUp(more, ALICE, LARGE);

    jobs.subList(0, 1).forEach(ledger::giveBack);
    assertThatThrownBy(() -> take(ALICE, LARGE)).isInstanceOf(QuotaExceededException.class);
    ledger.giveBack(more);
    assertThatCode(() -> take(ALICE, LARGE)).doesNotThrowAnyException();
  }

  @Test
  void manySmallTextsCountWithWhatEachTakesBesideItsCharacters() {
    JobSpec many = JobSpec.builder(Collections.nCopies(8192, "x")).build();
    JobSpec labelled = JobSpec.builder(List.of("x")).labels(Map.of("k", "é")).build();

    assertThat(many.memoryBytes()).isEqualTo(8192 * 82 + 82);
    assertThat(labelled.memoryBytes()).isEqualTo(82 + 2 * 82 + 82);
  }
}
