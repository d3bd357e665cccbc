package dev.jobd.worker.store;

import static dev.jobd.worker.store.Samples.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobQuery.Phase;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState.Running;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.RequestId;
import dev.jobd.worker.model.TimeRange;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** How SQLite goes about each selection among many records: by an index that fits. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class QueryPlanTest {
  private static final int RECORDS = 100_000;
  private static final int BATCH = 10_000;
  private static final SeqRange HALF = new SeqRange(0, RECORDS / 2);
  private static final SeqRange MIDDLE = new SeqRange(RECORDS / 4, RECORDS / 2);
  private static final TimeRange A_MINUTE =
      new TimeRange(Samples.TIME, Samples.TIME.plusSeconds(60));

  private static final Set<Phase> LIVE = Set.of(Phase.STARTING, Phase.RUNNING, Phase.STOPPING);

  /** By their names here, tables and not the small results of inner selections. */
  private static final Pattern WHOLE_TABLE =
      Pattern.compile("SCAN (jobs|job_labels|uncompressed|j|l|lead)\\b");

  private static Connection connection;

  @BeforeAll
  static void fill(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("jobs.db");
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      for (int i = 0; i < RECORDS; i += BATCH) {
        Stores.insertAll(store, batch(i));
      }
    }
    connection = Database.at(file).connectToRead();
  }

  private static List<JobRecord> batch(int first) {
    List<JobRecord> records = new ArrayList<>();
    for (int i = first; i < first + BATCH; i++) {
      JobSpec spec =
          JobSpec.builder(List.of("true"))
              .name(i % 3 == 0 ? "name-" + i % 100 : null)
              .labels(i % 5 == 0 ? Map.of("team", "t" + i % 7) : Map.of())
              .build();
      JobRecord record = Samples.starting(new Owner("owner-" + i % 10), spec);
      records.add(
          record.withState(i % 1000 == 0 ? new Running(Samples.COMMAND) : Samples.exited(0)));
    }
    return records;
  }

  @AfterAll
  static void close() throws SQLException {
    connection.close();
  }

  @Test
  void nothingReadsAWholeTable() throws Exception {
    List<Selection> selections = new ArrayList<>();
    selections.add(Selection.of(JobId.random()));
    selections.add(Selection.of(ALICE, new RequestId("deploy-42")));
    selections.add(Selection.live());
    selections.add(Selection.oldest(10));
    selections.add(Selection.oldestWithOutput(10));
    selections.add(Selection.oldestWithBytes(null, 10));
    selections.add(Selection.oldestWithBytes("owner-1", 10));
    selections.add(Selection.removals("", 10));
    selections.add(Selection.uncompressed(0, "", 10));
    selections.add(Selection.uncompressed(JobId.random()));
    selections.add(SeqRange.enclosing(A_MINUTE));
    for (JobQuery query : everyShape()) {
      selections.addAll(waysTo(query));
    }

    for (Selection selection : selections) {
      assertThat(plan(selection))
          .as(selection.sql())
          .noneMatch(step -> WHOLE_TABLE.matcher(step).find());
    }
  }

  @Test
  void everyShapeIsLedByTheIndexMadeForIt() throws Exception {
    assertThat(plan(null, null, null, Set.of(), Map.of()))
        .contains("SEARCH j USING INTEGER PRIMARY KEY (rowid<?)");
    assertThat(plan(ALICE, null, null, Set.of(), Map.of()))
        .contains("SEARCH j USING COVERING INDEX jobs_by_owner (owner=? AND phase=? AND seq<?)");
    assertThat(plan(null, null, null, LIVE, Map.of()))
        .contains("SEARCH j USING COVERING INDEX jobs_by_phase (phase=? AND seq<?)");
    assertThat(plan(null, null, "build", Set.of(), Map.of()))
        .contains("SEARCH j USING COVERING INDEX jobs_by_name (name=? AND phase=? AND seq<?)");
    assertThat(plan(ALICE, null, "build", LIVE, Map.of()))
        .contains(
            "SEARCH j USING COVERING INDEX jobs_by_owner_and_name"
                + " (owner=? AND name=? AND phase=? AND seq<?)");
    assertThat(plan(ALICE, "0123", null, Set.of(), Map.of()))
        .anyMatch(
            step -> step.matches("SEARCH lead USING COVERING INDEX \\S+ \\(id>\\? AND id<\\?\\)"))
        .contains("SEARCH j USING INTEGER PRIMARY KEY (rowid=?)");
    assertThat(plan(null, null, null, Set.of(), Map.of("team", "t1")))
        .anyMatch(step -> step.startsWith("SEARCH lead USING COVERING INDEX"))
        .anyMatch(step -> step.endsWith("(label_key=? AND label_value=? AND seq<?)"));
    assertThat(plan(ALICE, null, null, Set.of(), Map.of("team", "t1")))
        .contains(
            "SEARCH lead USING COVERING INDEX job_labels_by_owner"
                + " (owner=? AND label_key=? AND label_value=? AND seq<?)");
    assertThat(plan(ALICE, null, null, LIVE, Map.of("team", "t1")))
        .contains("SEARCH j USING COVERING INDEX jobs_by_owner (owner=? AND phase=? AND seq<?)");
  }

  @Test
  void whatEndedFirstIsReadInOrder() throws Exception {
    for (Selection oldest :
        List.of(
            Selection.oldest(10),
            Selection.oldestWithOutput(10),
            Selection.oldestWithBytes(null, 10),
            Selection.oldestWithBytes("owner-1", 10))) {
      assertThat(plan(oldest)).as(oldest.sql()).noneMatch(step -> step.contains("TEMP B-TREE"));
    }
    assertThat(plan(Selection.oldestWithBytes(null, 10)))
        .containsExactly("SEARCH jobs USING INDEX jobs_with_bytes_by_end (ended_at>?)");
    assertThat(plan(Selection.oldestWithBytes("owner-1", 10)))
        .containsExactly(
            "SEARCH jobs USING INDEX jobs_with_bytes_by_owner_and_end (owner=? AND ended_at>?)");
  }

  @Test
  void timesBoundTheIndexThatLeads() throws Exception {
    assertThat(plan(page(JobQuery.ALL.withCreated(A_MINUTE), MIDDLE)))
        .contains("SEARCH j USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
    assertThat(plan(page(JobQuery.ALL.withOwner(ALICE).withCreated(A_MINUTE), MIDDLE)))
        .contains(
            "SEARCH j USING COVERING INDEX jobs_by_owner"
                + " (owner=? AND phase=? AND seq>? AND seq<?)");
    JobQuery named = new JobQuery(ALICE, null, "build", Set.of(), Map.of(), 50, null);
    assertThat(plan(page(named.withCreated(A_MINUTE), MIDDLE)))
        .contains(
            "SEARCH j USING COVERING INDEX jobs_by_owner_and_name"
                + " (owner=? AND name=? AND phase=? AND seq>? AND seq<?)");
    JobQuery labelled = new JobQuery(ALICE, null, null, Set.of(), Map.of("a", "b"), 50, null);
    assertThat(plan(page(labelled.withCreated(A_MINUTE), MIDDLE)))
        .contains(
            "SEARCH lead USING COVERING INDEX job_labels_by_owner"
                + " (owner=? AND label_key=? AND label_value=? AND seq>? AND seq<?)");
    assertThat(plan(SeqRange.enclosing(A_MINUTE)))
        .contains("SEARCH jobs USING COVERING INDEX jobs_by_creation (created_at<?)")
        .contains("SEARCH jobs USING COVERING INDEX jobs_by_creation (created_at>?)");
  }

  @Test
  void whoLeadsIsChosenFromIndexesAlone() throws Exception {
    JobQuery query = new JobQuery(ALICE, null, "build", Set.of(), Map.of("a", "b"), 50, null);
    assertThat(plan(Selection.probe(query, new Lead.Name("build"), MIDDLE, 10)))
        .contains(
            "SEARCH jobs USING COVERING INDEX jobs_by_owner_and_name"
                + " (owner=? AND name=? AND phase=? AND seq>? AND seq<?)");
    assertThat(plan(Selection.probe(query, new Lead.Label("a", "b"), MIDDLE, 10)))
        .contains(
            "SEARCH job_labels USING COVERING INDEX job_labels_by_owner"
                + " (owner=? AND label_key=? AND label_value=? AND seq>? AND seq<?)");
  }

  @Test
  void whatIsToBeLetGoIsReadInTheOrderOfItsIndex() throws Exception {
    assertThat(plan(Selection.oldest(10)))
        .containsExactly("SEARCH jobs USING INDEX jobs_by_end (ended_at>?)");
    assertThat(plan(Selection.oldestWithOutput(10)))
        .containsExactly("SEARCH jobs USING INDEX jobs_with_output_by_end (ended_at>?)");
  }

  @Test
  void whatIsToBeCompressedIsReadInTheOrderOfItsIndex() throws Exception {
    assertThat(plan(Selection.uncompressed(0, "", 10)))
        .containsExactly(
            "SEARCH uncompressed USING COVERING INDEX uncompressed_by_end"
                + " ((ended_at,job)>(?,?))");
  }

  @Test
  void nothingButAnIdPrefixIsSortedBeforeItIsCut() throws Exception {
    for (JobQuery query : everyShape()) {
      if (query.idPrefix() == null) {
        for (Selection selection : waysTo(query)) {
          assertThat(plan(selection))
              .as("%s", query)
              .noneMatch(step -> step.startsWith("USE TEMP B-TREE"));
        }
      }
    }
  }

  /** Whichever of its conditions leads, and what it takes to choose. */
  private static List<Selection> waysTo(JobQuery query) {
    List<Selection> ways = new ArrayList<>();
    for (Lead lead : Lead.of(query)) {
      ways.add(Selection.of(query, new Search(lead, HALF, false)));
      ways.add(Selection.of(query, new Search(lead, MIDDLE, true)));
      ways.add(Selection.probe(query, lead, MIDDLE, Search.MAX_LOOKED_AT));
    }
    if (ways.isEmpty()) {
      ways.add(page(query, HALF));
    }
    return ways;
  }

  private static Selection page(JobQuery query, SeqRange range) {
    List<Lead> leads = Lead.of(query);
    return Selection.of(query, new Search(leads.isEmpty() ? null : leads.getFirst(), range, false));
  }

  private static List<JobQuery> everyShape() {
    List<@Nullable Owner> owners = new ArrayList<>(List.of(ALICE));
    owners.add(null);
    List<@Nullable String> texts = new ArrayList<>(List.of("0a1b"));
    texts.add(null);
    List<JobQuery> shapes = new ArrayList<>();
    for (Owner owner : owners) {
      for (String idPrefix : texts) {
        for (String name : texts) {
          for (Set<Phase> phases :
              List.of(Set.<Phase>of(), Set.of(Phase.ENDED), LIVE, Set.of(Phase.values()))) {
            for (Map<String, String> labels :
                List.of(Map.<String, String>of(), Map.of("a", "b"), Map.of("a", "b", "c", "d"))) {
              JobQuery query = new JobQuery(owner, idPrefix, name, phases, labels, 50, null);
              shapes.add(query);
              shapes.add(query.withCreated(A_MINUTE));
            }
          }
        }
      }
    }
    return shapes;
  }

  private static List<String> plan(
      @Nullable Owner owner,
      @Nullable String idPrefix,
      @Nullable String name,
      Set<Phase> phases,
      Map<String, String> labels)
      throws Exception {
    return plan(page(new JobQuery(owner, idPrefix, name, phases, labels, 50, null), HALF));
  }

  private static List<String> plan(Selection selection) throws SQLException {
    List<String> steps = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement("EXPLAIN QUERY PLAN " + selection.sql())) {
      for (int i = 0; i < selection.parameters().size(); i++) {
        statement.setObject(i + 1, selection.parameters().get(i));
      }
      try (ResultSet step = statement.executeQuery()) {
        while (step.next()) {
          steps.add(step.getString("detail"));
        }
      }
    }
    return steps;
  }
}
