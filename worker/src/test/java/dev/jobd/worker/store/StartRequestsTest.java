package dev.jobd.worker.store;

import static dev.jobd.worker.store.Samples.ALICE;
import static dev.jobd.worker.store.Samples.BOB;
import static dev.jobd.worker.store.Stores.durable;
import static dev.jobd.worker.store.Stores.tamper;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.RequestId;
import dev.jobd.worker.model.RequestedJob;
import dev.jobd.worker.model.StartRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records that answer a request are found by it, and there is one for each. */
final class StartRequestsTest {
  private static final RequestId ID = new RequestId("deploy-42");
  private static final StartRequest REQUEST = new StartRequest(ID, Limits.NONE);

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = directory.resolve("jobs.db");
  }

  @Test
  void aRequestIsFoundWithWhatWasAskedForAfterReopening() throws Exception {
    List<Limits> asked = Samples.limits();
    JobRecord record = Samples.starting();
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      for (int i = 0; i < asked.size(); i++) {
        durable(
            store.insert(
                Samples.starting(), new StartRequest(new RequestId("r" + i), asked.get(i))));
      }
      durable(store.insert(record, REQUEST));
      durable(store.update(record.withState(Samples.exited(3))));
    }

    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      for (int i = 0; i < asked.size(); i++) {
        assertThat(store.find(ALICE, new RequestId("r" + i)))
            .map(RequestedJob::request)
            .contains(new StartRequest(new RequestId("r" + i), asked.get(i)));
      }
      assertThat(store.find(ALICE, ID))
          .contains(new RequestedJob(record.withState(Samples.exited(3)), REQUEST));
      assertThat(store.find(ALICE, new RequestId("other"))).isEmpty();
    }
  }

  @Test
  void aRequestHasOneRecordOfEachOwner() throws Exception {
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      JobRecord first = Samples.starting();
      JobRecord bobs = Samples.starting(BOB, JobSpec.of("/bin/true"));
      JobRecord beside = Samples.starting();
      CompletableFuture<Void> inserted = store.insert(first, REQUEST);
      CompletableFuture<Void> again = store.insert(Samples.starting(), REQUEST);
      CompletableFuture<Void> byBob = store.insert(bobs, REQUEST);
      CompletableFuture<Void> without = store.insert(beside);

      durable(inserted);
      assertThatThrownBy(() -> durable(again))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("there is a record for this request");
      durable(byBob);
      durable(without);

      assertThat(store.find(ALICE, ID)).map(RequestedJob::record).contains(first);
      assertThat(store.find(BOB, ID)).map(RequestedJob::record).contains(bobs);
      assertThat(store.live()).containsExactly(first, bobs, beside);
    }
  }

  @Test
  void aRequestThatCannotBeReadIsNotTakenForNone() throws Exception {
    JobRecord record = Samples.starting();
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      durable(store.insert(record, REQUEST));
    }
    tamper(file, "UPDATE jobs SET asked_limits = x'63'");

    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      assertThatThrownBy(() -> store.find(ALICE, ID))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("request of job " + record.id() + " is corrupt");
      assertThat(store.find(record.id())).contains(record);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-x", ".x", "a b", "a/b", "ä", "a\n", "a\0", "a:b"})
  void anIdOutsideOfTheAlphabetIsRefused(String text) {
    assertThatThrownBy(() -> new RequestId(text))
        .isInstanceOfSatisfying(
            InvalidSpecException.class, e -> assertThat(e.field()).isEqualTo("request_id"));
  }

  @Test
  void anIdHasAtMost64Characters() {
    assertThat(new RequestId("x".repeat(64)).text()).hasSize(64);
    assertThatThrownBy(() -> new RequestId("x".repeat(65)))
        .isInstanceOf(InvalidSpecException.class);
  }
}
