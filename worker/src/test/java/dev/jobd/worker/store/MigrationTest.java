package dev.jobd.worker.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobState.Ended;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.RequestId;
import dev.jobd.worker.model.RequestedJob;
import dev.jobd.worker.model.StartRequest;
import dev.jobd.worker.model.TimeRange;
import dev.jobd.worker.model.Verdict;
import dev.jobd.worker.store.History.Deletion;
import dev.jobd.worker.store.History.EndedJob;
import dev.jobd.worker.store.History.Holdings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that earlier versions of the schema wrote. */
final class MigrationTest {
  private static final Instant TIME = Instant.parse("2026-11-01T08:00:00.123456789Z");
  private static final Owner ALICE = new Owner("alice");

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = directory.resolve("jobs.db");
  }

  private void restore(int version) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(dump(version)); // SQLite's driver takes many statements at once
    }
  }

  private static String dump(int version) throws IOException {
    try (InputStream in = MigrationTest.class.getResourceAsStream("jobs-" + version + ".sql")) {
      assertThat(in).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static JobId id(int n) {
    return JobId.parse("00000000-0000-4000-8000-00000000000" + n).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void everyRecordIsThereUnchanged(int version) throws Exception {
    restore(version);
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      List<JobRecord> records = store.list(JobQuery.ALL).items();

      assertThat(records)
          .extracting(JobRecord::id)
          .containsExactly(id(5), id(4), id(3), id(2), id(1));
      assertThat(records).allSatisfy(record -> assertThat(record.outputExpiredAt()).isNull());
      assertThat(store.live()).extracting(JobRecord::id).containsExactly(id(4), id(5));
      JobRecord first = store.find(id(1)).orElseThrow();
      assertThat(first.createdAt()).isEqualTo(TIME);
      assertThat(first.spec().labels()).isEqualTo(Map.of("team", "a", "tier", "x"));
      assertThat(first.state())
          .isInstanceOfSatisfying(
              Ended.class, end -> assertThat(end.verdict()).isEqualTo(new Verdict.Exited(3)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void whatWasOnlyInDocumentsCanBeAskedFor(int version) throws Exception {
    restore(version);
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      assertThat(store.holdings()).isEqualTo(new Holdings(3, 1024));
      assertThat(store.keptOutput(ALICE)).isEqualTo(1024);
      assertThat(store.keptOutput(new Owner("bob"))).isZero();
      assertThat(store.oldest(10))
          .containsExactly(
              new EndedJob(id(2), TIME.plusSeconds(11), 0),
              new EndedJob(id(3), TIME.plusSeconds(30), 24),
              new EndedJob(id(1), TIME.plusSeconds(60), 1000));
      JobQuery labelled = new JobQuery(ALICE, null, null, Set.of(), Map.of("team", "a"), 10, null);
      assertThat(store.list(labelled).items())
          .extracting(JobRecord::id)
          .containsExactly(id(3), id(1));
      // The third was created before the second, by a clock that had been set back.
      assertThat(
              store
                  .list(JobQuery.ALL.withCreated(new TimeRange(null, TIME.plusSeconds(6))))
                  .items())
          .extracting(JobRecord::id)
          .containsExactly(id(3), id(1));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void recordsOfBeforeThereWereRequestsAnswerNone(int version) throws Exception {
    restore(version);
    StartRequest request = new StartRequest(new RequestId("deploy-42"), Limits.NONE);
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      assertThat(store.find(ALICE, request.id())).isEmpty();
      JobRecord added = Samples.starting();
      Stores.durable(store.insert(added, request));
      assertThat(store.find(ALICE, request.id())).contains(new RequestedJob(added, request));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void outputsThatAreThereAreToBeCompressed(int version) throws Exception {
    restore(version);
    Stores.tamper(file, "UPDATE jobs SET output_kept = 5000 WHERE seq = 1 OR seq = 4");

    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      assertThat(store.uncompressed(null, 10))
          .containsExactly(new Uncompressed.Output(id(1), TIME.plusSeconds(60)));
    }
  }

  @Test
  void whatHasExpiredIsKeptNoMore() throws Exception {
    restore(3);
    Stores.tamper(file, "UPDATE jobs SET output_expired_at = 1 WHERE seq = 1");
    Stores.tamper(file, "UPDATE counters SET output_bytes = 24");

    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      assertThat(store.find(id(1)).orElseThrow().outputExpiredBy()).isNull();
      assertThat(store.keptOutput(ALICE)).isEqualTo(24);
      assertThat(store.expireOldest(ALICE, 0, 10, TIME).get()).containsExactly(id(3));
    }
  }

  @Test
  void aCorruptStateCountsAsEndedWhenItBegan() throws Exception {
    restore(1);
    Stores.tamper(file, "UPDATE jobs SET state = x'63' WHERE seq = 1");

    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      assertThat(store.oldest(1)).containsExactly(new EndedJob(id(1), TIME, 1000));
      assertThat(store.delete(id(1)).get()).isEqualTo(Deletion.DELETED);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void itsSchemaIsThatOfANewFile(int version) throws Exception {
    restore(version);
    Path fresh = directory.resolve("fresh.db");
    SqliteJobStore.open(file).close();
    SqliteJobStore.open(fresh).close();

    assertThat(schema(file)).isEqualTo(schema(fresh));
  }

  private static Set<String> schema(Path database) throws Exception {
    Set<String> tables = new TreeSet<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT name, sql FROM sqlite_schema")) {
      while (row.next()) {
        tables.add(row.getString("name") + ": " + row.getString("sql"));
      }
      return tables;
    }
  }

  @Test
  void aStepThatFailsLeavesTheFileAsItWas() throws Exception {
    restore(1);
    Stores.tamper(file, "CREATE TABLE removals (something INTEGER)");

    assertThatThrownBy(() -> SqliteJobStore.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("cannot open records in " + file);

    Stores.tamper(file, "DROP TABLE removals");
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      assertThat(store.list(JobQuery.ALL).items()).hasSize(5);
    }
  }
}
