package dev.jobd.worker.store;

import static dev.jobd.worker.store.Stores.durable;
import static dev.jobd.worker.store.Stores.inserted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real file system without room: a tmpfs of 1 MiB. */
final class DiskFullTest {
  @TempDir Path directory;
  private Path disk;
  private Path file;

  @BeforeEach
  void mount() throws Exception {
    assumeTrue(System.getProperty("user.name").equals("root"), "mounting needs root");
    disk = Files.createDirectory(directory.resolve("disk"));
    run("mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "jobd-test", disk.toString());
    file = disk.resolve("jobs.db");
  }

  @AfterEach
  void unmount() throws Exception {
    if (disk != null) {
      run("umount", "--lazy", disk.toString());
    }
  }

  @Test
  void writesFailPreciselyWhileTheDiskIsFullAndWorkAgainWhenItIsNot() throws Exception {
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      JobRecord before = inserted(store, Samples.starting());
      Path filler = fillDisk();

      for (JobRecord record : List.of(Samples.starting(), Samples.starting())) {
        assertThatThrownBy(() -> durable(store.insert(record)))
            .isInstanceOf(IOException.class)
            .hasMessageStartingWith("cannot insert job " + record.id() + " in " + file + ": ")
            .hasMessageContaining("full");
      }
      assertThat(store.list(JobQuery.ALL).items()).containsExactly(before);

      Files.delete(filler);
      JobRecord after = inserted(store, Samples.starting());
      durable(store.update(before.withState(Samples.exited(0))));
      assertThat(store.list(JobQuery.ALL).items())
          .containsExactly(after, before.withState(Samples.exited(0)));
    }
  }

  @Test
  void everyAcknowledgedWriteSurvivesADiskThatFillsUpUnderLoad() throws Exception {
    List<JobRecord> kept = new ArrayList<>();
    int failed = 0;
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      List<JobRecord> records = new ArrayList<>();
      List<CompletableFuture<Void>> writes = new ArrayList<>();
      for (int i = 0; i < 5000; i++) {
        records.add(Samples.starting());
        writes.add(store.insert(records.getLast()));
      }
      for (int i = 0; i < writes.size(); i++) {
        try {
          durable(writes.get(i));
          kept.add(records.get(i));
        } catch (IOException e) {
          failed++;
        }
      }
      assertThat(failed).isPositive();
      assertAllThere(store, kept);
    }

    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      assertAllThere(store, kept);
    }
  }

  private static void assertAllThere(SqliteJobStore store, List<JobRecord> kept)
      throws IOException {
    for (JobRecord record : kept) {
      assertThat(store.find(record.id())).contains(record);
    }
  }

  @Test
  void openingOnAFullDiskFailsNamingTheFile() throws Exception {
    Path filler = fillDisk();

    assertThatThrownBy(() -> SqliteJobStore.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());

    Files.delete(filler);
    try (SqliteJobStore store = SqliteJobStore.open(file)) {
      inserted(store, Samples.starting());
    }
  }

  /** Writes a file until nothing more fits. */
  private Path fillDisk() throws IOException {
    Path filler = disk.resolve("filler");
    byte[] page = new byte[4096];
    try (OutputStream out = Files.newOutputStream(filler)) {
      for (int i = 0; i < 1024; i++) {
        out.write(page);
      }
      throw new AssertionError("more than 4 MiB fit on a disk of 1 MiB");
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left on device");
      return filler;
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", List.of(command), output).isZero();
  }
}
