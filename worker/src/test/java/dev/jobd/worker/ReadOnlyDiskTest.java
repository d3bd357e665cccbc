package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.ALICE;
import static dev.jobd.worker.TestWorker.firstOutput;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker on an ext4 of its own, which the kernel makes read-only as it does after an error. */
class ReadOnlyDiskTest {
  private static final long DISK_BYTES = 16 << 20;

  @TempDir Path temporary;
  private Path image;
  private Path disk;

  @BeforeEach
  void mount() throws Exception {
    image = temporary.resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(DISK_BYTES);
    }
    run("mkfs.ext4", "-q", image.toString());
    disk = Files.createDirectory(temporary.resolve("disk"));
    run("mount", "-o", "loop,errors=continue", image.toString(), disk.toString());
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", "--lazy", disk.toString());
  }

  private static void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  /** As after an error that ext4 found: mount(8), "abort". Also with files open for writing. */
  private void abort() throws Exception {
    run("mount", "-o", "remount,abort", disk.toString());
  }

  @Test
  void startsNothingAndTellsWhatItKnowsWhileTheDiskIsReadOnly() throws Exception {
    Path state = disk.resolve("state");
    try (Worker worker = Worker.open(WorkerConfig.of(state, TestWorker.SHIM))) {
      Job running = worker.start(ALICE, JobSpec.of("sh", "-c", "echo up; exec sleep 86400"));
      assertThat(firstOutput(running)).isEqualTo("up\n");
      JobState.Running before = (JobState.Running) running.state();
      try {
        abort();

        assertThatThrownBy(() -> worker.start(ALICE, JobSpec.of("touch", temporary + "/ran")))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("jobs.db");
        assertThat(temporary.resolve("ran")).doesNotExist();
        assertThat(worker.find(running.id()).orElseThrow().state()).isEqualTo(before);
        assertThat(worker.list(JobQuery.ALL).items()).hasSize(1);
        assertThat(firstOutput(running)).isEqualTo("up\n");
        assertThat(ProcessHandle.of(before.command().pid())).isPresent();
      } finally {
        ProcessHandle.of(before.command().pid()).ifPresent(ProcessHandle::destroyForcibly);
      }
      // What the disk would not take is said of this job alone.
      assertThat(running.await().command()).isEqualTo(before.command());
    }
  }

  @Test
  void aReadOnlyStateDirectoryIsRefusedByNameAndTakenWhenItIsWritable() throws Exception {
    Path state = disk.resolve("state");
    WorkerConfig config = WorkerConfig.of(state, TestWorker.SHIM);
    Worker.open(config).close();
    run("mount", "-o", "remount,ro", disk.toString());
    assertThatThrownBy(() -> Worker.open(config))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(state.toString())
        .hasMessageContaining("Read-only file system");
    run("mount", "-o", "remount,rw", disk.toString());
    try (Worker worker = Worker.open(config)) {
      worker.start(ALICE, JobSpec.of("true")).await();
    }
  }
}
