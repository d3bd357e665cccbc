package dev.jobd.worker.store;

import static dev.jobd.worker.store.Samples.ALICE;
import static dev.jobd.worker.store.Stores.durable;
import static dev.jobd.worker.store.Stores.inserted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.OutputRule;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.model.Verdict;
import dev.jobd.worker.store.History.Deletion;
import dev.jobd.worker.store.Uncompressed.Output;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UncompressedTest {
  private static final long LONG = Uncompressed.MIN_BYTES;

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

  private JobRecord ended(long seconds, long outputBytes) throws Exception {
    JobRecord live = inserted(store, Samples.starting(ALICE, JobSpec.of("true")));
    JobRecord ended =
        live.withState(
                new JobState.Ended(null, Samples.TIME.plusSeconds(seconds), new Verdict.Exited(0)))
            .withOutput(new OutputSize(outputBytes, 0));
    durable(store.update(ended));
    return ended;
  }

  private static Output output(JobRecord job) {
    return new Output(job.id(), ((JobState.Ended) job.state()).at());
  }

  private List<Output> all() throws IOException {
    return store.uncompressed(null, 100);
  }

  @Test
  void anEndNotesAnOutputThatIsNotTiny() throws Exception {
    JobRecord late = ended(20, LONG);
    JobRecord early = ended(10, LONG + 1);
    ended(5, LONG - 1);
    inserted(store, Samples.starting());

    assertThat(all()).containsExactly(output(early), output(late));
    close();
    open();
    assertThat(all()).containsExactly(output(early), output(late));
    assertThat(store.isUncompressed(late.id())).isTrue();
  }

  @Test
  void itIsTickedOffOnce() throws Exception {
    JobRecord job = ended(0, LONG);
    durable(store.compressed(job.id()));
    durable(store.compressed(job.id()));
    durable(store.update(job)); // an end counts once

    assertThat(all()).isEmpty();
    assertThat(store.isUncompressed(job.id())).isFalse();
  }

  @Test
  void whatIsLetGoIsNotToBeCompressedAnyMore() throws Exception {
    JobRecord expired = ended(0, LONG);
    JobRecord deleted = ended(0, LONG);
    JobRecord kept = ended(1, LONG);
    durable(store.expireOutput(expired.id(), Samples.TIME.plusSeconds(9), OutputRule.AGE));
    assertThat(store.delete(deleted.id()).get()).isEqualTo(Deletion.DELETED);

    assertThat(all()).containsExactly(output(kept));
    assertThat(store.isUncompressed(expired.id())).isFalse();
    assertThat(store.isUncompressed(deleted.id())).isFalse();
  }

  @Test
  void theyComeInPagesAlsoWhereManyEndedAtOneTime() throws Exception {
    for (int i = 0; i < 10; i++) {
      ended(i / 4, LONG);
    }
    List<Output> first = store.uncompressed(null, 6);
    List<Output> second = store.uncompressed(first.getLast(), 6);

    assertThat(first).hasSize(6);
    assertThat(second).hasSize(4).doesNotContainAnyElementsOf(first);
    assertThat(store.uncompressed(second.getLast(), 6)).isEmpty();
  }
}
