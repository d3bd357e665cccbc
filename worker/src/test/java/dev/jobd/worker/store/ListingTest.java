package dev.jobd.worker.store;

import static dev.jobd.worker.store.Samples.ALICE;
import static dev.jobd.worker.store.Samples.BOB;
import static dev.jobd.worker.store.Stores.inserted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobQuery.Phase;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.Page;
import dev.jobd.worker.model.TimeRange;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ListingTest {
  private static final int RECORDS = 500;
  private static final Page<JobRecord> NOTHING = new Page<>(List.of(), null);

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

  @Test
  void emptyStoreHasOneEmptyPage() throws IOException {
    assertThat(store.list(JobQuery.ALL)).isEqualTo(NOTHING);
  }

  @Test
  void everyCombinationOfFiltersFindsExactlyWhatMatchesNewestFirst() throws Exception {
    List<JobRecord> newestFirst = insertVariety();

    for (JobQuery query : everyCombination(newestFirst.get(7).id().toString())) {
      List<JobRecord> expected = newestFirst.stream().filter(r -> matches(query, r)).toList();
      assertThat(allPages(query)).as("%s", query).isEqualTo(expected);
    }
  }

  private List<JobRecord> insertVariety() throws Exception {
    Random random = new Random(1);
    List<JobState> states = Samples.states();
    List<JobRecord> records = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      String name = random.nextInt(3) == 0 ? "name-" + random.nextInt(2) : null;
      Map<String, String> labels =
          switch (random.nextInt(4)) {
            case 0 -> Map.of("team", "a");
            case 1 -> Map.of("team", "a", "tier", "x");
            case 2 -> Map.of("team", "b", "tier", "x");
            default -> Map.of();
          };
      JobSpec spec = JobSpec.builder(List.of("true")).name(name).labels(labels).build();
      // A clock that goes on by a second a job, and is now and then set back by up to five.
      Instant createdAt = Samples.TIME.plusSeconds(i - (i % 7 == 0 ? random.nextInt(6) : 0));
      records.add(
          new JobRecord(
              JobId.random(),
              random.nextBoolean() ? ALICE : BOB,
              spec,
              createdAt,
              states.get(random.nextInt(states.size())),
              OutputSize.NONE));
    }
    Stores.insertAll(store, records);
    Collections.reverse(records);
    return records;
  }

  private static List<JobQuery> everyCombination(String id) {
    List<@Nullable Owner> owners = new ArrayList<>(List.of(ALICE, new Owner("nobody")));
    owners.add(null);
    List<@Nullable String> names = new ArrayList<>(List.of("name-1", "no-such-name"));
    names.add(null);
    List<@Nullable String> prefixes =
        new ArrayList<>(List.of(id.substring(0, 4), id.substring(0, 9), id, "----", "ffff-"));
    prefixes.add(null);
    List<JobQuery> queries = new ArrayList<>();
    for (Owner owner : owners) {
      for (String name : names) {
        for (String prefix : prefixes) {
          for (Set<Phase> phases :
              List.of(
                  Set.<Phase>of(),
                  Set.of(Phase.RUNNING),
                  Set.of(Phase.ENDED),
                  Set.of(Phase.STARTING, Phase.RUNNING, Phase.STOPPING),
                  Set.of(Phase.STARTING, Phase.ENDED))) {
            for (Map<String, String> labels :
                List.of(
                    Map.<String, String>of(),
                    Map.of("team", "a"),
                    Map.of("team", "a", "tier", "x"),
                    Map.of("team", "b", "tier", "y"))) {
              JobQuery query = new JobQuery(owner, prefix, name, phases, labels, 37, null);
              queries.add(query);
              if (prefix == null) {
                times().forEach(range -> queries.add(query.withCreated(range)));
              }
            }
          }
        }
      }
    }
    return queries;
  }

  private static List<TimeRange> times() {
    Instant early = Samples.TIME.plusSeconds(RECORDS / 3);
    Instant late = Samples.TIME.plusSeconds(RECORDS / 2);
    return List.of(
        new TimeRange(early, null),
        new TimeRange(null, late),
        new TimeRange(early, late),
        new TimeRange(early, early),
        new TimeRange(Samples.TIME.plusSeconds(RECORDS), null),
        new TimeRange(Instant.MIN, Instant.MAX),
        new TimeRange(null, Samples.TIME.minusSeconds(RECORDS)));
  }

  private static boolean within(TimeRange range, Instant time) {
    return (range.from() == null || !time.isBefore(range.from()))
        && (range.until() == null || time.isBefore(range.until()));
  }

  private static boolean matches(JobQuery query, JobRecord record) {
    return (query.owner() == null || query.owner().equals(record.owner()))
        && (query.idPrefix() == null || record.id().toString().startsWith(query.idPrefix()))
        && (query.name() == null || query.name().equals(record.spec().name()))
        && (query.phases().isEmpty() || query.phases().contains(Phase.of(record.state())))
        && within(query.created(), record.createdAt())
        && record.spec().labels().entrySet().containsAll(query.labels().entrySet());
  }

  private List<JobRecord> allPages(JobQuery query) throws IOException {
    List<JobRecord> all = new ArrayList<>();
    String token = null;
    do {
      Page<JobRecord> page = store.list(query.withPageToken(token));
      all.addAll(page.items());
      token = page.nextToken();
      assertThat(token == null || !page.items().isEmpty() || Lead.of(query).size() > 1)
          .as("only the last is empty, unless there was much to look at")
          .isTrue();
    } while (token != null);
    return all;
  }

  /** Twice as many as a page looks at have each label, and one has both. */
  @Test
  void aPageLooksAtABoundedNumberOfJobsAndThePagesFindAllTheSame() throws Exception {
    JobRecord both = inserted(store, labelled(Map.of("side", "left", "hand", "right")));
    List<JobRecord> others = new ArrayList<>();
    for (int i = 0; i < 2 * Search.MAX_LOOKED_AT; i++) {
      others.add(labelled(Map.of("side", "left")));
      others.add(labelled(Map.of("hand", "right")));
    }
    Stores.insertAll(store, others);
    JobQuery query = new JobQuery(null, null, null, Set.of(), both.spec().labels(), 10, null);
    Page<JobRecord> first = store.list(query);
    assertThat(first.items()).isEmpty();
    assertThat(first.nextToken()).isNotNull();

    assertThat(allPages(query)).containsExactly(both);

    JobQuery rare = query.withOwner(BOB);
    assertThat(store.list(rare)).as("one condition that nothing meets").isEqualTo(NOTHING);
  }

  private static JobRecord labelled(Map<String, String> labels) {
    JobSpec spec = JobSpec.builder(List.of("true")).labels(labels).build();
    return Samples.starting(ALICE, spec).withState(Samples.exited(0));
  }

  @Test
  void noTokenIsLongerThanAQueryTakes() {
    assertThat(PageToken.before(Long.MAX_VALUE))
        .hasSizeLessThanOrEqualTo(JobQuery.MAX_PAGE_TOKEN_LENGTH);
  }

  private static JobQuery pages(int size) {
    return new JobQuery(null, null, null, Set.of(), Map.of(), size, null);
  }

  @Test
  void fullLastPageHasNoNext() throws Exception {
    inserted(store, Samples.starting());
    inserted(store, Samples.starting());

    assertThat(store.list(pages(2)).nextToken()).isNull();
    assertThat(store.list(pages(1)).nextToken()).isNotNull();
  }

  @Test
  void largeRecordsMakePagesShorterAndNoneIsLost() throws Exception {
    // Two fit on a page, three do not.
    String argument = "x".repeat((int) SqliteJobStore.MAX_PAGE_BYTES / 5);
    JobSpec large = JobSpec.of("echo", argument, argument);
    List<JobRecord> records = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      records.add(inserted(store, Samples.starting(ALICE, large)));
    }

    Page<JobRecord> first = store.list(pages(5));

    assertThat(first.items()).hasSize(2);
    assertThat(first.nextToken()).isNotNull();
    assertThat(allPages(pages(5))).isEqualTo(records.reversed());
  }

  @Test
  void pagesStayRightWhileRecordsAreAddedAndChanged() throws Exception {
    List<JobRecord> before = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      before.add(inserted(store, Samples.starting()));
    }
    List<JobRecord> seen = new ArrayList<>();
    String token = null;
    do {
      Page<JobRecord> page = store.list(pages(3).withPageToken(token));
      seen.addAll(page.items());
      token = page.nextToken();
      inserted(store, Samples.starting());
      Stores.durable(store.update(before.getLast().withState(Samples.exited(0))));
    } while (token != null);

    assertThat(seen).isEqualTo(before.reversed());
  }

  @Test
  void tokenIsGoodAfterReopening() throws Exception {
    JobRecord older = inserted(store, Samples.starting());
    inserted(store, Samples.starting());
    String token = store.list(pages(1)).nextToken();

    store.close();
    store = SqliteJobStore.open(directory.resolve("jobs.db"));

    assertThat(store.list(pages(1).withPageToken(token)).items()).containsExactly(older);
  }

  @Test
  void ordersByInsertionAfterReopening() throws Exception {
    JobRecord first = inserted(store, Samples.starting());
    store.close();
    store = SqliteJobStore.open(directory.resolve("jobs.db"));
    JobRecord second = inserted(store, Samples.starting());

    assertThat(store.list(JobQuery.ALL).items()).containsExactly(second, first);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "x",
        "é",
        "AQAAAAAAAAAB=",
        "AQAAAAAAAAABAA",
        "AgAAAAAAAAAB",
        "AQAAAAAAAAAA",
        "Af__________",
        "1 OR 1=1"
      })
  void tokenThatNoPageGaveOutIsRefused(String token) {
    assertThatThrownBy(() -> store.list(pages(1).withPageToken(token)))
        .isInstanceOfSatisfying(
            InvalidSpecException.class, e -> assertThat(e.field()).isEqualTo("page_token"));
  }

  @Test
  void tokenHoldsItsSequenceNumber() {
    for (long seq : new long[] {1, 255, 1L << 40, Long.MAX_VALUE}) {
      assertThat(PageToken.parse(PageToken.before(seq))).isEqualTo(seq);
    }
  }
}
