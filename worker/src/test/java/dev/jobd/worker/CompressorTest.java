package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.model.Verdict;
import dev.jobd.worker.output.JournalPart;
import dev.jobd.worker.store.History.Deletion;
import dev.jobd.worker.store.SqliteJobStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On real records and directories; no job runs. */
@Tag("host-only")
class CompressorTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final Retention RETENTION =
      Retention.DEFAULT.withCompressAfter(Duration.ofHours(1));
  private static final int LARGE = 100_000;
  private static final int BOUND_SECONDS = 60;

  @TempDir private Path directory;
  private final HeardLogger logger = new HeardLogger();
  private volatile Instant now = NOW;
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

  private Compressor compressor() {
    return new Compressor(RETENTION, store, state, () -> now, logger);
  }

  private Compressor compressor(Steps steps) {
    return new Compressor(RETENTION, store, state, () -> now, logger, steps);
  }

  /** Holds a compressor after each block, until that is taken. */
  private static final class Steps implements Runnable {
    private final SynchronousQueue<Boolean> under = new SynchronousQueue<>();

    @Override
    public void run() {
      put(true);
    }

    private void put(boolean way) {
      try {
        assertThat(under.offer(way, BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    /** Does something while a compressor is at work, which goes on until that is done. */
    void meanwhile(Callable<?> act) throws Exception {
      assertThat(under.poll(BOUND_SECONDS, TimeUnit.SECONDS)).as("it is under way").isTrue();
      try (ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<?> done =
            other.submit(
                () -> {
                  act.call();
                  put(false);
                  return null;
                });
        Boolean goesOn = true;
        while (Boolean.TRUE.equals(goesOn)) {
          goesOn = under.poll(BOUND_SECONDS, TimeUnit.SECONDS);
        }
        done.get(BOUND_SECONDS, TimeUnit.SECONDS);
      }
    }
  }

  private JobId ended(Duration ago, byte[] output) throws Exception {
    JobRecord record =
        new JobRecord(
            JobId.random(),
            TestWorker.ALICE,
            JobSpec.of("true"),
            NOW,
            new JobState.Ended(null, NOW.minus(ago), new Verdict.Exited(0)),
            new OutputSize(output.length, 0));
    store.insert(record).get();
    Path place = state.createJob(record.id().toString());
    Files.write(place.resolve("output"), output);
    Files.write(place.resolve("index"), new byte[output.length]);
    Files.createFile(place.resolve("exit"));
    return record.id();
  }

  private static byte[] text(int length) {
    byte[] text = new byte[length];
    for (int i = 0; i < length; i++) {
      text[i] = (byte) ('a' + i / 7 % 20);
    }
    return text;
  }

  private Path place(JobId id) {
    return state.job(id.toString());
  }

  private void assertCompressed(JobId id, byte[] output) throws IOException {
    assertThat(Directories.names(place(id)))
        .containsExactlyInAnyOrder("output.gz", "index.gz", "exit");
    try (InputStream in =
        new GZIPInputStream(Files.newInputStream(JournalPart.OUTPUT.compressed(place(id))))) {
      assertThat(in.readAllBytes()).isEqualTo(output);
    }
    assertThat(store.isUncompressed(id)).isFalse();
  }

  private void assertPlain(JobId id, byte[] output) throws IOException {
    assertThat(Directories.names(place(id))).containsExactlyInAnyOrder("output", "index", "exit");
    assertThat(place(id).resolve("output")).hasBinaryContent(output);
  }

  @Test
  void outputsAreCompressedWhenTheirTimeHasCome() throws Exception {
    JobId old = ended(Duration.ofHours(3), text(LARGE));
    JobId due = ended(Duration.ofHours(1), text(LARGE));
    JobId young = ended(Duration.ofMinutes(50), text(LARGE));

    Duration idle = compressor().compress();

    assertCompressed(old, text(LARGE));
    assertCompressed(due, text(LARGE));
    assertPlain(young, text(LARGE));
    assertThat(store.isUncompressed(young)).isTrue();
    assertThat(idle).isEqualTo(Duration.ofMinutes(10));
    assertThat(logger.heard).isEmpty();
  }

  @Test
  void nothingIsDueWhereThereIsNothing() throws Exception {
    assertThat(compressor().compress()).isEqualTo(Chore.FOREVER);
  }

  @Test
  void whoNeverCompressesLeavesAllAsItIs() throws Exception {
    JobId job = ended(Duration.ofDays(1), text(LARGE));
    Retention never = RETENTION.withCompressAfter(null);
    new Compressor(never, store, state, InstantSource.fixed(NOW), logger).compress();

    assertPlain(job, text(LARGE));
    assertThat(store.isUncompressed(job)).as("for who will").isTrue();
  }

  @Test
  void whatWouldNotShrinkStaysAndIsNotLookedAtAgain() throws Exception {
    byte[] noise = new byte[LARGE];
    new Random(1).nextBytes(noise);
    JobId job = ended(Duration.ofDays(1), noise);
    JobId small = ended(Duration.ofDays(1), text(5000));

    compressor().compress();

    assertThat(Directories.names(place(job)))
        .containsExactlyInAnyOrder("output", "index.gz", "exit");
    assertPlain(small, text(5000));
    assertThat(store.uncompressed(null, 10)).isEmpty();
  }

  @Test
  void moreOutputsThanABatchAreCompressedInOneGo() throws Exception {
    int jobs = Compressor.BATCH + 10;
    for (int i = 0; i < jobs; i++) {
      ended(Duration.ofDays(1), text(5000));
    }
    JobId last = ended(Duration.ofHours(1), text(LARGE));

    compressor().compress();

    assertCompressed(last, text(LARGE));
    assertThat(store.uncompressed(null, 10)).isEmpty();
  }

  @Test
  void whatACrashLeftHalfDoneIsFinished() throws Exception {
    JobId draft = ended(Duration.ofDays(1), text(LARGE));
    Files.write(place(draft).resolve("output.gz.tmp"), text(500));
    compressor().compress();
    JobId both = ended(Duration.ofDays(1), text(LARGE));
    Files.copy(place(draft).resolve("output.gz"), place(both).resolve("output.gz"));
    JobId unnoted = ended(Duration.ofDays(1), text(LARGE));
    for (String name : new String[] {"output", "index"}) {
      Files.copy(place(draft).resolve(name + ".gz"), place(unnoted).resolve(name + ".gz"));
      Files.delete(place(unnoted).resolve(name));
    }

    compressor().compress();

    assertCompressed(draft, text(LARGE));
    assertCompressed(both, text(LARGE));
    assertCompressed(unnoted, text(LARGE));
  }

  @Test
  void whatFailsKeepsNothingElseFromItIsToldOnceAndTriedAgain() throws Exception {
    JobId stuck = ended(Duration.ofDays(3), text(LARGE));
    JobId stuckToo = ended(Duration.ofDays(3), text(LARGE));
    JobId other = ended(Duration.ofDays(2), text(LARGE));
    for (JobId id : new JobId[] {stuck, stuckToo}) { // no file can be made there
      Files.createDirectory(place(id).resolve("output.gz.tmp"));
    }
    Compressor compressor = compressor();

    assertThat(compressor.compress()).isEqualTo(Compressor.RETRY_DELAY);
    now = now.plus(Compressor.RETRY_DELAY);
    assertThat(compressor.compress()).isEqualTo(Compressor.RETRY_DELAY);

    assertCompressed(other, text(LARGE));
    assertThat(place(stuck).resolve("output")).hasBinaryContent(text(LARGE));
    assertThat(logger.heard).hasSize(1);
    assertThat(logger.heard.getFirst()).startsWith("WARNING compress the output of job ");
    for (JobId id : new JobId[] {stuck, stuckToo}) {
      Files.delete(place(id).resolve("output.gz.tmp"));
    }
    now = now.plus(Compressor.RETRY_DELAY);
    assertThat(compressor.compress()).isEqualTo(Chore.FOREVER);
    assertCompressed(stuck, text(LARGE));
    assertCompressed(stuckToo, text(LARGE));
  }

  @Test
  void whatHasFailedIsLeftAloneForAWhileThoughNewOutputsCome() throws Exception {
    JobId stuck = ended(Duration.ofDays(3), text(LARGE));
    Path obstacle = Files.createDirectory(place(stuck).resolve("output.gz.tmp"));
    Compressor compressor = compressor();
    compressor.compress();
    Files.delete(obstacle);
    JobId newer = ended(Duration.ofDays(2), text(LARGE));
    JobId stuckToo = ended(Duration.ofDays(1), text(LARGE));
    Files.createDirectory(place(stuckToo).resolve("output.gz.tmp"));
    now = now.plus(Duration.ofMinutes(4));

    assertThat(compressor.compress()).isEqualTo(Duration.ofMinutes(6));

    assertCompressed(newer, text(LARGE));
    assertPlain(stuck, text(LARGE));
    Files.delete(place(stuckToo).resolve("output.gz.tmp"));
    assertThat(compressor.compress()).isEqualTo(Duration.ofMinutes(6));
    assertPlain(stuckToo, text(LARGE));
    now = now.plus(Duration.ofMinutes(6));
    assertThat(compressor.compress()).isEqualTo(Chore.FOREVER);
    assertCompressed(stuck, text(LARGE));
    assertCompressed(stuckToo, text(LARGE));
  }

  @Test
  void aClockThatIsSetBackDoesNotProlongThat() throws Exception {
    JobId stuck = ended(Duration.ofDays(3), text(LARGE));
    Path obstacle = Files.createDirectory(place(stuck).resolve("output.gz.tmp"));
    Compressor compressor = compressor();
    compressor.compress();
    Files.delete(obstacle);
    now = now.minus(Duration.ofDays(1));

    compressor.compress();

    assertCompressed(stuck, text(LARGE));
  }

  @Test
  void aJobWhoseDirectoryIsGoneIsDone() throws Exception {
    JobId job = ended(Duration.ofDays(1), text(LARGE));
    StateDirectory.removeTree(place(job));

    compressor().compress();

    assertThat(store.uncompressed(null, 10)).isEmpty();
    assertThat(logger.heard).isEmpty();
  }

  @Test
  void aJobThatIsDeletedWhileItIsCompressedIsGoneAtOnceAndWholly() throws Exception {
    JobId job = ended(Duration.ofDays(1), text(64 << 20));
    Steps steps = new Steps();
    try (Compressor compressor = compressor(steps);
        Collector collector =
            new Collector(RETENTION, store, state, compressor, InstantSource.system(), logger)) {
      compressor.start();

      steps.meanwhile(
          () -> {
            assertThat(collector.delete(job)).isEqualTo(Deletion.DELETED);
            assertThat(place(job)).doesNotExist();
            return null;
          });

      assertThat(store.removals(null, 10)).isEmpty();
    }
    assertThat(place(job)).doesNotExist();
    assertThat(logger.heard).isEmpty();
  }

  @Test
  void aCompressorThatIsClosedLeavesTheJournalAsItWas() throws Exception {
    byte[] output = text(64 << 20);
    JobId job = ended(Duration.ofDays(1), output);
    Steps steps = new Steps();
    Compressor compressor = compressor(steps);
    compressor.start();

    steps.meanwhile(
        () -> {
          compressor.close();
          return null;
        });

    assertPlain(job, output);
    assertThat(store.isUncompressed(job)).isTrue();
    compressor().compress();
    assertCompressed(job, output);
  }

  @Test
  void goesToWorkWhenAJobHasEnded() throws Exception {
    Retention atOnce = RETENTION.withCompressAfter(Duration.ZERO);
    try (Compressor compressor =
        new Compressor(atOnce, store, state, InstantSource.system(), logger)) {
      compressor.start();
      JobId job = ended(Duration.ZERO, text(LARGE));
      compressor.wake();
      Directories.awaitRemovals(place(job), names -> !names.contains("index"));
    }
  }
}
