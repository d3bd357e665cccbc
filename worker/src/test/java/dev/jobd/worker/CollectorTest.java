package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.OutputRule;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.model.Verdict;
import dev.jobd.worker.store.History.Deletion;
import dev.jobd.worker.store.SqliteJobStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On real records and directories; no job runs. */
class CollectorTest {
  private static final System.Logger LOGGER = System.getLogger(CollectorTest.class.getName());
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final Retention RETENTION =
      new Retention(Duration.ofDays(1), Duration.ofDays(10), 1000, 1000);
  private static final int BOUND_SECONDS = 60;

  @TempDir private Path directory;
  private StateDirectory state;
  private SqliteJobStore store;

  @BeforeEach
  void open() throws IOException {
    state = StateDirectory.open(directory, new HeardLogger());
    store = SqliteJobStore.open(state.database());
  }

  @AfterEach
  void close() throws IOException {
    store.close();
    state.close();
  }

  private Collector collector(Retention retention) {
    return new Collector(retention, store, state, compressor(), InstantSource.fixed(NOW), LOGGER);
  }

  /** At rest. */
  private Compressor compressor() {
    return new Compressor(RETENTION, store, state, InstantSource.fixed(NOW), LOGGER);
  }

  private JobId ended(Duration ago, int outputBytes) throws Exception {
    return recorded(new JobState.Ended(null, NOW.minus(ago), new Verdict.Exited(0)), outputBytes);
  }

  private JobId recorded(JobState jobState, int outputBytes) throws Exception {
    JobRecord record =
        new JobRecord(
            JobId.random(),
            TestWorker.ALICE,
            JobSpec.of("true"),
            NOW,
            jobState,
            new OutputSize(outputBytes, 0));
    store.insert(record).get();
    Path place = state.createJob(record.id().toString());
    Files.write(place.resolve("output"), new byte[outputBytes]);
    Files.createFile(place.resolve("index"));
    Files.createFile(place.resolve("exit"));
    return record.id();
  }

  private Path place(JobId id) {
    return state.job(id.toString());
  }

  private void assertKept(JobId id) throws IOException {
    assertThat(store.find(id).orElseThrow().outputExpiredAt()).isNull();
    assertThat(place(id).resolve("output")).exists();
  }

  private void assertExpired(JobId id) throws IOException {
    assertThat(store.find(id).orElseThrow().outputExpiredAt()).isEqualTo(NOW);
    assertThat(place(id)).doesNotExist();
  }

  private void assertGone(JobId id) throws IOException {
    assertThat(store.find(id)).isEmpty();
    assertThat(place(id)).doesNotExist();
  }

  @Test
  void outputsAndThenJobsGoWithAge() throws Exception {
    JobId old = ended(Duration.ofDays(11), 1);
    JobId older = ended(Duration.ofDays(2), 1);
    JobId young = ended(Duration.ofHours(20), 1);

    Duration idle = collector(RETENTION).collect();

    assertGone(old);
    assertExpired(older);
    assertKept(young);
    assertThat(idle).isEqualTo(Duration.ofHours(4));
    assertThat(store.removals(null, 10)).isEmpty();
  }

  @Test
  void moreJobsThanABatchGoAtOnce() throws Exception {
    for (int i = 0; i < Collector.BATCH + 10; i++) {
      ended(Duration.ofDays(20), 0);
    }
    JobId last = ended(Duration.ofHours(1), 0);

    collector(RETENTION).collect();

    assertThat(store.holdings().jobs()).isOne();
    assertKept(last);
  }

  @Test
  void theOldestGoWhereThereAreTooManyOrTooMuchOutput() throws Exception {
    JobId first = ended(Duration.ofHours(4), 1);
    JobId second = ended(Duration.ofHours(3), 600);
    JobId third = ended(Duration.ofHours(2), 500);
    JobId fourth = ended(Duration.ofHours(1), 500);

    collector(RETENTION.withMaxJobs(3)).collect();

    assertGone(first);
    assertExpired(second);
    assertKept(third);
    assertKept(fourth);
  }

  @Test
  void aLiveJobStaysHoweverOldItIs() throws Exception {
    JobId live =
        recorded(
            new JobState.Running(new JobState.Command(1, NOW.minus(Duration.ofDays(400)))), 5000);

    Duration idle = collector(RETENTION.withMaxOutputBytes(0)).collect();

    assertKept(live);
    assertThat(idle).isGreaterThan(Duration.ofDays(36_500));
  }

  @Test
  void aRemovalThatACrashCutShortIsFinished() throws Exception {
    JobId expired = ended(Duration.ZERO, 1);
    JobId deleted = ended(Duration.ZERO, 1);
    JobId halfway = ended(Duration.ZERO, 1);
    store.expireOutput(expired, NOW, OutputRule.AGE).get();
    assertThat(store.delete(deleted).get()).isEqualTo(Deletion.DELETED);
    store.expireOutput(halfway, NOW, OutputRule.AGE).get();
    Files.delete(place(halfway).resolve("index"));
    close();
    open();

    collector(RETENTION).collect();

    assertExpired(expired);
    assertGone(deleted);
    assertExpired(halfway);
    assertThat(store.removals(null, 10)).isEmpty();
  }

  @Test
  void aDirectoryThatIsGoneAlreadyIsTickedOff() throws Exception {
    JobId job = ended(Duration.ZERO, 1);
    store.delete(job).get();
    StateDirectory.removeTree(place(job));

    collector(RETENTION).collect();

    assertThat(store.removals(null, 10)).isEmpty();
  }

  @Test
  void whatCannotBeRemovedKeepsNothingElseFromItAndIsTriedAgain() throws Exception {
    JobId stuck = ended(Duration.ofDays(3), 1);
    JobId other = ended(Duration.ofDays(2), 1);
    StateDirectory.removeTree(place(stuck));
    Files.createFile(place(stuck)); // no directory: not what a job leaves

    Duration idle = collector(RETENTION).collect();

    assertExpired(other);
    assertThat(store.removals(null, 10)).containsExactly(stuck);
    assertThat(idle).isLessThan(Duration.ofHours(1));
    Files.delete(place(stuck));
    collector(RETENTION).collect();
    assertThat(store.removals(null, 10)).isEmpty();
  }

  @Test
  void nothingIsRemovedThatIsNoJobOfTheRecords() throws Exception {
    Path strange = state.createJob(JobId.random().toString());
    Path outside = Files.writeString(directory.resolve("precious"), "x");
    JobId job = ended(Duration.ofDays(2), 1);
    Files.createSymbolicLink(place(job).resolve("link"), outside);
    Files.createSymbolicLink(place(job).resolve("to-directory"), directory);

    collector(RETENTION).collect();

    assertExpired(job);
    assertThat(strange).exists();
    assertThat(outside).hasContent("x");
  }

  @Test
  void deletesWhatSomebodyAsksFor() throws Exception {
    JobId job = ended(Duration.ZERO, 1);
    JobId live = recorded(new JobState.Starting(), 0);
    Collector collector = collector(RETENTION);

    assertThat(collector.delete(job)).isEqualTo(Deletion.DELETED);
    assertThat(collector.delete(job)).isEqualTo(Deletion.ABSENT);
    assertThat(collector.delete(live)).isEqualTo(Deletion.LIVE);

    assertGone(job);
    assertKept(live);
    assertThat(store.removals(null, 10)).isEmpty();
  }

  @Test
  void goesToWorkWhenAJobHasEndedAndWhenOneComesOfAge() throws Exception {
    Retention brief = new Retention(Retention.MIN_AGE, Duration.ofDays(1), 2, 1000);
    try (Collector collector =
            new Collector(brief, store, state, compressor(), InstantSource.system(), LOGGER);
        WatchService watcher = directory.getFileSystem().newWatchService()) {
      directory.resolve("jobs").register(watcher, StandardWatchEventKinds.ENTRY_DELETE);
      collector.start();
      JobId aged = endedNow();
      collector.wake();
      awaitRemoval(watcher, aged);
      assertThat(store.find(aged).orElseThrow().outputExpiredAt()).isNotNull();

      endedNow();
      JobId third = endedNow();
      collector.wake();
      awaitRemoval(watcher, third);
    }
    assertThat(store.holdings().jobs()).isEqualTo(2);
  }

  private JobId endedNow() throws Exception {
    return recorded(new JobState.Ended(null, Instant.now(), new Verdict.Exited(0)), 1);
  }

  private void awaitRemoval(WatchService watcher, JobId id) throws InterruptedException {
    while (Files.exists(place(id))) {
      WatchKey key = watcher.poll(BOUND_SECONDS, TimeUnit.SECONDS);
      assertThat(key).as("%s is removed", id).isNotNull();
      key.pollEvents();
      key.reset();
    }
  }
}
