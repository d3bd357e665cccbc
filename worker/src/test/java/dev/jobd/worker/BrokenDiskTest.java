package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.firstOutput;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that answers EIO. */
class BrokenDiskTest {
  @TempDir Path temporary;

  @Test
  void startsNothingWhileRecordsCannotBeMadeDurableAndHealsByItself() throws Exception {
    try (TestWorker test = TestWorker.open()) {
      Job running = test.sh("echo up; exec sleep 86400");
      assertThat(firstOutput(running)).isEqualTo("up\n");
      Path log = test.directory().resolve("jobs.db-wal");

      try (FailingCalls _ = FailingCalls.of(storeWriter(), "fsync,fdatasync", log)) {
        assertThatThrownBy(() -> test.start("touch", temporary + "/ran"))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("jobs.db")
            .hasMessageContaining("I/O error");
        assertThat(test.worker().find(running.id()).orElseThrow().state())
            .isInstanceOf(JobState.Running.class);
        assertThat(test.worker().list(JobQuery.ALL).items()).hasSize(1);
        assertThat(firstOutput(running)).isEqualTo("up\n");
      }

      assertThat(temporary.resolve("ran")).doesNotExist();
      assertThat(test.start("true").await().verdict()).isEqualTo(new Verdict.Exited(0));
      test.restart();
      assertThat(test.worker().list(JobQuery.ALL).items()).hasSize(2);
    }
  }

  /** The thread that makes records durable. */
  private static long storeWriter() throws IOException {
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path thread : threads) {
        if (nameOf(thread).startsWith("jobd-store")) {
          return Long.parseLong(thread.getFileName().toString());
        }
      }
    }
    throw new AssertionError("no thread writes records");
  }

  /** Nothing for one that has ended since it was found. */
  private static String nameOf(Path thread) {
    try {
      return Files.readString(thread.resolve("comm"));
    } catch (IOException e) {
      return "";
    }
  }

  /** More than a pipe holds, so that the shim has tried to keep most of it when all is written. */
  private static final int UNKEPT_BYTES = 1 << 20;

  @Test
  void outputThatTheDiskWouldNotTakeIsCountedAndWhatComesLaterIsKept() throws Exception {
    Path begin = fifo("begin");
    Path written = fifo("written");
    String script =
        "echo before; cat %s; head -c %d /dev/zero; echo >%s; cat %s; echo after; exit 42"
            .formatted(begin, UNKEPT_BYTES, written, begin);
    try (TestWorker test = TestWorker.open()) {
      Job job = test.sh(script);
      assertThat(firstOutput(job)).isEqualTo("before\n");
      Path output = job.directory().resolve("output");
      try (FailingCalls _ = FailingCalls.of(shimOf(job), "pwrite64", output)) {
        Files.writeString(begin, "");
        Files.readString(written);
      }
      Files.writeString(begin, "");

      assertThat(job.await().verdict()).isEqualTo(new Verdict.Exited(42));
      String kept = TestWorker.text(job).replace("\0", "");
      assertThat(kept).isEqualTo("before\nafter\n");
      OutputSize size = job.record().output();
      assertThat(size.kept() + size.dropped()).isEqualTo(kept.length() + UNKEPT_BYTES);
      assertThat(size.dropped()).isGreaterThan(UNKEPT_BYTES / 2);
    }
  }

  private Path fifo(String name) throws Exception {
    Path fifo = temporary.resolve(name);
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).inheritIO().start().waitFor())
        .isZero();
    return fifo;
  }

  /** The command's parent is init, whose parent is the shim. */
  private static long shimOf(Job job) {
    long command = ((JobState.Running) job.state()).command().pid();
    return ProcessHandle.of(command)
        .flatMap(ProcessHandle::parent)
        .flatMap(ProcessHandle::parent)
        .orElseThrow()
        .pid();
  }
}
