package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.model.Verdict;
import dev.jobd.worker.store.SqliteJobStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker on a real disk without room: a tmpfs of 2 MiB and 200 inodes. */
class FullDiskTest {
  private static final int DISK_BYTES = 2 << 20;
  private static final int PAGE = 4096;
  private static final byte[] OUTPUT = output();

  @TempDir Path temporary;
  private Path disk;

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectory(temporary.resolve("disk"));
    run(
        "mount",
        "-t",
        "tmpfs",
        "-o",
        "size=2m,nr_inodes=200,mode=0700",
        "jobd-test",
        disk.toString());
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", "--lazy", disk.toString());
  }

  private static void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  private Path fill() throws IOException {
    Path filler = disk.resolve("filler");
    byte[] page = new byte[4096];
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (true) {
        out.write(page);
      }
    } catch (IOException e) {
      return filler; // full
    }
  }

  @Test
  void startsNothingWhileTheDiskIsFullAndHealsByItself() throws Exception {
    try (Worker worker = Worker.open(WorkerConfig.of(disk, TestWorker.SHIM))) {
      Job running = worker.start(ALICE, JobSpec.of("sleep", "86400"));
      Path filler = fill();

      assertThatThrownBy(() -> worker.start(ALICE, JobSpec.of("touch", temporary + "/ran")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("full");
      assertThat(temporary.resolve("ran")).doesNotExist();
      try (Stream<Path> jobs = Files.list(disk.resolve("jobs"))) {
        assertThat(jobs).containsExactly(running.directory());
      }
      assertThat(worker.list(JobQuery.ALL).items()).hasSize(1);

      Files.delete(filler);
      assertThat(worker.start(ALICE, JobSpec.of("true")).await().verdict())
          .isEqualTo(new Verdict.Exited(0));
      running.stop(StopRequest.kill("alice"));
      assertThat(running.await().verdict())
          .isEqualTo(new Verdict.Killed(9, Verdict.Cause.STOP_REQUEST, "alice"));
    }
  }

  @Test
  void aVerdictIsNotLostToAFullDisk() throws Exception {
    Job job;
    try (Worker worker = Worker.open(WorkerConfig.of(disk, TestWorker.SHIM));
        Gate gate = Gate.create(temporary.resolve("gate"))) {
      job = worker.start(ALICE, JobSpec.of("sh", "-c", gate.pass() + "; exit 42"));
      Path filler = fill();
      gate.open();
      assertThat(job.await().verdict()).isEqualTo(new Verdict.Exited(42));
      assertThat(worker.find(job.id()).orElseThrow().state()).isEqualTo(job.state());
      Files.delete(filler);
    }
    try (Worker next = Worker.open(WorkerConfig.of(disk, TestWorker.SHIM))) {
      next.find(job.id()).orElseThrow().await(); // the shim may be about to leave
      assertThat(next.list(JobQuery.ALL).items().getFirst().state())
          .isInstanceOfSatisfying(
              JobState.Ended.class,
              end -> assertThat(end.verdict()).isEqualTo(new Verdict.Exited(42)));
    }
  }

  @Test
  void anOutputThatFindsNoRoomToBeCompressedStaysAndIsCompressedLater() throws Exception {
    HeardLogger logger = new HeardLogger();
    Retention atOnce = Retention.DEFAULT.withCompressAfter(Duration.ZERO);
    try (StateDirectory state = StateDirectory.open(disk, new HeardLogger());
        SqliteJobStore store = SqliteJobStore.open(state.database())) {
      JobId id = ended(state, store);
      Path place = state.job(id.toString());
      AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
      Compressor compressor = new Compressor(atOnce, store, state, now::get, logger);

      for (int left : new int[] {0, 2 * PAGE, DISK_BYTES / 10}) { // none, too little, filled up
        Path filler = fill();
        leave(filler, left);
        now.updateAndGet(time -> time.plus(Compressor.RETRY_DELAY));
        assertThat(compressor.compress()).isEqualTo(Compressor.RETRY_DELAY);
        assertThat(Directories.names(place)).containsExactlyInAnyOrder("output", "index");
        assertThat(place.resolve("output")).hasBinaryContent(OUTPUT);
        Files.delete(filler);
      }
      assertThat(logger.heard)
          .singleElement()
          .asString()
          .startsWith("WARNING compress the output of job " + id + ", to be tried again");

      now.updateAndGet(time -> time.plus(Compressor.RETRY_DELAY));
      assertThat(compressor.compress()).isEqualTo(Chore.FOREVER);
      assertThat(Directories.names(place)).containsExactlyInAnyOrder("output.gz", "index");
    }
  }

  @Test
  void nothingIsCompressedForAWhileAfterTheDiskHadNoRoom() throws Exception {
    Retention atOnce = Retention.DEFAULT.withCompressAfter(Duration.ZERO);
    try (StateDirectory state = StateDirectory.open(disk, new HeardLogger());
        SqliteJobStore store = SqliteJobStore.open(state.database())) {
      List<JobId> jobs = List.of(ended(state, store), ended(state, store));
      AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
      Compressor compressor = new Compressor(atOnce, store, state, now::get, new HeardLogger());
      Path filler = fill();
      compressor.compress();
      Files.delete(filler);
      now.updateAndGet(time -> time.plus(Duration.ofMinutes(9)));

      assertThat(compressor.compress()).isEqualTo(Duration.ofMinutes(1));

      for (JobId job : jobs) {
        assertThat(state.job(job.toString()).resolve("output")).exists();
      }
      now.updateAndGet(time -> time.plus(Duration.ofMinutes(1)));
      assertThat(compressor.compress()).isEqualTo(Chore.FOREVER);
      for (JobId job : jobs) {
        assertThat(state.job(job.toString()).resolve("output.gz")).exists();
      }
    }
  }

  private static JobId ended(StateDirectory state, SqliteJobStore store) throws Exception {
    JobRecord record =
        new JobRecord(
            JobId.random(),
            ALICE,
            JobSpec.of("true"),
            Instant.now(),
            new JobState.Ended(null, Instant.now(), new Verdict.Exited(0)),
            new OutputSize(OUTPUT.length, 0));
    store.insert(record).get();
    Path place = state.createJob(record.id().toString());
    Files.write(place.resolve("output"), OUTPUT);
    Files.createFile(place.resolve("index"));
    return record.id();
  }

  /** Half of it can be saved, which is more than a tenth of the disk. */
  private static byte[] output() {
    byte[] output = new byte[DISK_BYTES / 4];
    new Random(1).nextBytes(output);
    Arrays.fill(output, 0, output.length / 3, (byte) 'x');
    return output;
  }

  private static void leave(Path filler, int bytes) throws IOException {
    try (FileChannel file = FileChannel.open(filler, StandardOpenOption.WRITE)) {
      file.truncate(file.size() - bytes);
    }
  }

  /** Leaves room for so many files and directories. */
  private List<Path> fillInodes(int free) throws IOException {
    List<Path> files = new ArrayList<>();
    try {
      while (true) {
        files.add(Files.createFile(disk.resolve("file-" + files.size())));
      }
    } catch (FileSystemException e) {
      for (int i = 0; i < free; i++) {
        Files.delete(files.removeLast());
      }
      return files;
    }
  }

  /** A job's directory has five; whichever of them finds no room is told. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void aJobThatFindsNoInodeFailsAsSuchAndTheNextOneRuns(int free) throws Exception {
    try (Worker worker = Worker.open(WorkerConfig.of(disk, TestWorker.SHIM))) {
      Job running = worker.start(ALICE, JobSpec.of("sleep", "86400"));
      List<Path> fillers = fillInodes(free);

      assertThatThrownBy(() -> worker.start(ALICE, JobSpec.of("touch", temporary + "/ran")))
          .isInstanceOf(LaunchException.class)
          .hasMessageMatching(".*(No space left on device|no room on the disk).*");
      assertThat(temporary.resolve("ran")).doesNotExist();
      assertThat(worker.find(running.id()).orElseThrow().state())
          .isInstanceOf(JobState.Running.class);

      for (Path filler : fillers) {
        Files.delete(filler);
      }
      assertThat(worker.start(ALICE, JobSpec.of("true")).await().verdict())
          .isEqualTo(new Verdict.Exited(0));
      running.stop(StopRequest.kill("alice"));
      assertThat(running.await().verdict())
          .isEqualTo(new Verdict.Killed(9, Verdict.Cause.STOP_REQUEST, "alice"));
    }
  }
}
