package dev.jobd.worker.store;

import static dev.jobd.worker.store.Samples.ALICE;
import static dev.jobd.worker.store.Stores.durable;
import static dev.jobd.worker.store.Stores.inserted;
import static dev.jobd.worker.store.Stores.tamper;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.JobState.Ended;
import dev.jobd.worker.model.JobState.Running;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SqliteJobStoreTest {
  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = directory.resolve("jobs.db");
  }

  @Test
  void everyRecordComesBackAfterReopening() throws Exception {
    List<JobRecord> records =
        Samples.states().stream()
            .map(state -> Samples.starting().withState(state))
            .map(record -> record.withOutput(new OutputSize(1L << 40, 7)))
            .toList();
    List<JobRecord> specs =
        Samples.specs().stream().map(spec -> Samples.starting(ALICE, spec)).toList();
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      Stores.insertAll(store, records);
      Stores.insertAll(store, specs);
    }

    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      for (JobRecord record : records) {
        assertThat(store.find(record.id())).contains(record);
      }
      for (JobRecord record : specs) {
        assertThat(store.find(record.id())).contains(record);
      }
    }
  }

  @Test
  void absentJobIsNotFound() throws Exception {
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      inserted(store, Samples.starting());

      assertThat(store.find(JobId.random())).isEmpty();
    }
  }

  @Test
  void updateReplacesStateAndOutput() throws Exception {
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      for (JobState state : Samples.states()) {
        JobRecord record = inserted(store, Samples.starting());
        JobRecord changed = record.withState(state).withOutput(new OutputSize(10, 3));

        durable(store.update(changed));

        assertThat(store.find(record.id())).contains(changed);
      }
    }
  }

  @Test
  void recordNeverGoesBackToAnEarlierPhase() throws Exception {
    List<JobState> inOrder =
        List.of(
            new JobState.Starting(),
            new Running(Samples.COMMAND),
            new JobState.Stopping(Samples.COMMAND, "bob", 15, Duration.ofSeconds(10)),
            Samples.exited(3));
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      for (int from = 0; from < inOrder.size(); from++) {
        JobRecord record = inserted(store, Samples.starting().withState(inOrder.get(from)));
        for (JobState earlier : inOrder.subList(0, from)) {
          durable(store.update(record.withState(earlier)));
          assertThat(store.find(record.id())).contains(record);
        }
      }
    }
  }

  @Test
  void endedRecordNeverChanges() throws Exception {
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      JobRecord record = inserted(store, Samples.starting().withState(Samples.exited(3)));

      durable(store.update(record.withState(Samples.exited(0)).withOutput(new OutputSize(1, 1))));

      assertThat(store.find(record.id())).contains(record);
    }
  }

  @Test
  void limitsOfALiveJobAreReplacedAndNothingElse() throws Exception {
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      JobRecord live = inserted(store, Samples.starting());
      JobRecord ended = inserted(store, Samples.starting().withState(Samples.exited(0)));
      JobSpec limited =
          live.spec().withLimits(Limits.builder().pids(7L).build().orElse(live.spec().limits()));
      JobRecord running = live.withState(new Running(Samples.COMMAND));

      assertThat(durable(store.updateLimits(live.withSpec(limited)))).isTrue();
      assertThat(durable(store.updateLimits(ended.withSpec(limited)))).isFalse();
      assertThat(durable(store.updateLimits(Samples.starting()))).isFalse();
      durable(store.update(running));

      assertThat(store.find(live.id())).contains(running.withSpec(limited));
      assertThat(store.list(JobQuery.ALL).items())
          .containsExactly(ended, running.withSpec(limited));
    }
  }

  @Test
  void updateOfAbsentJobFailsNamingIt() throws Exception {
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      JobRecord record = Samples.starting();

      assertThatThrownBy(() -> durable(store.update(record)))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "cannot update job "
                  + record.id()
                  + " in "
                  + file
                  + ": there is no record with this id");
    }
  }

  @Test
  void duplicateIdFailsAloneAndChangesNothing() throws Exception {
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      JobRecord first = inserted(store, Samples.starting());
      JobRecord before = Samples.starting();
      JobRecord after = Samples.starting();

      CompletableFuture<Void> one = store.insert(before);
      CompletableFuture<Void> duplicate = store.insert(first.withState(Samples.exited(0)));
      CompletableFuture<Void> two = store.insert(after);

      durable(one);
      durable(two);
      assertThatThrownBy(() -> durable(duplicate))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("cannot insert job " + first.id() + " in " + file)
          .hasMessageEndingWith("there is a record with this id");
      assertThat(store.list(JobQuery.ALL).items()).containsExactly(after, before, first);
    }
  }

  @Test
  void liveRecordsAreThoseNotEndedOldestFirst() throws Exception {
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      JobRecord starting = inserted(store, Samples.starting());
      JobRecord ended = inserted(store, Samples.starting().withState(Samples.exited(0)));
      JobRecord running =
          inserted(store, Samples.starting().withState(new Running(Samples.COMMAND)));
      JobRecord stopping =
          inserted(
              store,
              Samples.starting()
                  .withState(
                      new JobState.Stopping(Samples.COMMAND, "alice", 15, Duration.ofSeconds(10))));

      assertThat(store.live()).containsExactly(starting, running, stopping);

      durable(store.update(running.withState(Samples.exited(1))));
      assertThat(store.live()).containsExactly(starting, stopping).doesNotContain(ended);
    }
  }

  @Test
  void corruptStateSpoilsOnlyItsOwnRecord() throws Exception {
    JobRecord good = Samples.starting();
    JobRecord bad =
        Samples.starting(ALICE, JobSpec.builder(List.of("sleep", "1")).name("nap").build());
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      Stores.insertAll(store, List.of(good, bad));
      tamper(file, "UPDATE jobs SET state = x'63' WHERE id = '" + bad.id() + "'");

      assertThatThrownBy(() -> store.find(bad.id()))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "record of job " + bad.id() + " is corrupt: state: its version is 99, known is 3");
      assertThat(store.list(JobQuery.ALL).items()).hasSize(2).contains(good);
      JobRecord lost = store.list(JobQuery.ALL).items().getFirst();
      assertThat(lost.id()).isEqualTo(bad.id());
      assertThat(lost.owner()).isEqualTo(ALICE);
      assertThat(lost.spec()).isEqualTo(bad.spec());
      assertThat(lost.createdAt()).isEqualTo(bad.createdAt());
      assertThat(reasonOf(lost)).contains("is corrupt").contains("version is 99");
      assertThat(store.live()).contains(good, lost);
    }
  }

  @Test
  void corruptSpecificationShowsWhatTheColumnsTell() throws Exception {
    JobRecord bad =
        Samples.starting(
            ALICE, JobSpec.builder(List.of("sleep")).name("nap").labels(Map.of("a", "b")).build());
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      inserted(store, bad);
      tamper(file, "UPDATE jobs SET spec = x''");

      JobRecord lost = store.list(JobQuery.ALL).items().getFirst();

      assertThat(lost.spec().argv()).containsExactly("(unreadable)");
      assertThat(lost.spec().name()).isEqualTo("nap");
      assertThat(reasonOf(lost)).contains("specification: it ends too early");
    }
  }

  @Test
  void corruptColumnSpoilsOnlyItsOwnRecord() throws Exception {
    JobRecord good = Samples.starting();
    JobRecord bad = Samples.starting();
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      Stores.insertAll(store, List.of(good, bad));
      tamper(
          file,
          "UPDATE jobs SET owner = char(8238), name = '../x', spec = x'', output_kept = -1"
              + " WHERE id = '"
              + bad.id()
              + "'");

      assertThatThrownBy(() -> store.find(bad.id()))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("record of job " + bad.id() + " is corrupt: owner: must not");
      assertThat(store.list(JobQuery.ALL).items()).hasSize(2).contains(good);
      JobRecord lost = store.list(JobQuery.ALL).items().getFirst();
      assertThat(lost.id()).isEqualTo(bad.id());
      assertThat(lost.owner().name()).isEqualTo("(unreadable)");
      assertThat(lost.spec().name()).isNull();
      assertThat(lost.output()).isEqualTo(OutputSize.NONE);
      assertThat(reasonOf(lost)).contains("is corrupt: owner");
    }
  }

  @Test
  void corruptRecordCanBeEnded() throws Exception {
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      inserted(store, Samples.starting());
      tamper(file, "UPDATE jobs SET state = x''");

      durable(store.update(store.live().getFirst()));

      assertThat(store.live()).isEmpty();
      assertThat(reasonOf(store.list(JobQuery.ALL).items().getFirst())).contains("corrupt");
    }
  }

  private static String reasonOf(JobRecord record) {
    assertThat(record.state()).isInstanceOf(Ended.class);
    Verdict verdict = ((Ended) record.state()).verdict();
    assertThat(verdict).isInstanceOf(Verdict.Lost.class);
    return ((Verdict.Lost) verdict).reason();
  }

  @Test
  void fileLogAndIndexArePrivate() throws Exception {
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      inserted(store, Samples.starting());

      for (String suffix : List.of("", "-wal", "-shm")) {
        assertThat(modeOf(Path.of(file + suffix))).isEqualTo("rw-------");
      }
    }
  }

  @Test
  void openingTakesOthersPermissionsAway() throws Exception {
    SqliteJobStore.open(file).close();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));

    SqliteJobStore.open(file).close();

    assertThat(modeOf(file)).isEqualTo("rw-------");
  }

  private static String modeOf(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void missingDirectoryIsNamed() {
    Path absent = directory.resolve("absent/jobs.db");

    assertThatThrownBy(() -> SqliteJobStore.open(absent))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining(absent.toString());
  }

  @Test
  void directoryInTheFilesPlaceIsRefusedUntouched() throws Exception {
    Files.createDirectory(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));

    assertThatThrownBy(() -> SqliteJobStore.open(file))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot open " + file + ": it is not a regular file");
    assertThat(modeOf(file)).isEqualTo("rwxr-x---");
  }

  @Test
  void anotherFileIsNotTakenForRecords() throws Exception {
    Files.writeString(file, "not a database, but long enough to hold a header\n".repeat(100));

    assertThatThrownBy(() -> SqliteJobStore.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("not a database");
  }

  @Test
  void newerSchemaIsRefusedInOneLineThatNamesTheWayOut() throws Exception {
    SqliteJobStore.open(file).close();
    tamper(file, "UPDATE schema_version SET version = 7");

    assertThatThrownBy(() -> SqliteJobStore.open(file))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "cannot open "
                + file
                + ": its schema version is 7 and this jobd knows up to "
                + Schema.VERSION
                + "; use a newer jobd, or move the file away to begin without its records");
  }

  @Test
  void pathMayHoldSpacesPercentAndUmlauts() throws Exception {
    Path odd = Files.createDirectory(directory.resolve("a b%20#ü&c")).resolve("jobs.db");
    JobRecord record = Samples.starting();
    try (SqliteJobStore store = SqliteJobStore.open(odd)) {
      inserted(store, record);
    }

    assertThat(odd).exists();
    try (SqliteJobStore store = SqliteJobStore.open(odd)) {
      assertThat(store.find(record.id())).contains(record);
    }
  }

  @Test
  void afterCloseEverythingFailsNamingTheReason() throws Exception {
    SqliteJobStore store = SqliteJobStore.open(file);
    store.close();
    store.close();

    assertThatThrownBy(() -> durable(store.insert(Samples.starting())))
        .hasMessageEndingWith("the store is closed");
    assertThatThrownBy(() -> store.list(JobQuery.ALL)).hasMessageEndingWith("the store is closed");
  }

  @Test
  void unstorableTimeIsRefusedNamingTheJob() throws Exception {
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      JobRecord sample = Samples.starting();
      JobRecord record =
          new JobRecord(
              sample.id(),
              sample.owner(),
              sample.spec(),
              Instant.MAX,
              sample.state(),
              sample.output());

      assertThatThrownBy(() -> durable(store.insert(record)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot insert job " + record.id());
    }
  }
}
