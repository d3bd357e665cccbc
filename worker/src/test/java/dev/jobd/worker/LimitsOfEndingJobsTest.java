package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.firstOutput;
import static dev.jobd.worker.TestWorker.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits that are changed while their job ends, by whatever end. */
class LimitsOfEndingJobsTest {
  /** A slow disk may take a minute for what the job has it write. */
  private static final int BOUND_SECONDS = 180;

  /**
   * While it syncs, no signal ends it before all of that is on the disk. What is written again is
   * not waited for by those who write to other files.
   */
  private static final String WRITES =
      "write() { dd if=/dev/zero of=file bs=1M count=500 conv=notrunc$1 2> /dev/null; };"
          + " write ,fsync; write; echo begins; while sync file; do write; done & wait";

  private TestWorker test;

  @BeforeEach
  void open() throws IOException {
    test = TestWorker.open();
    assumeFalse(
        Files.getFileStore(test.directory()).type().equals("tmpfs"),
        test.directory() + " is on no disk");
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  private static Limits writing(long perSecond) {
    return Limits.builder().io(List.of(new IoLimit(null, null, perSecond, null, null))).build();
  }

  private Job writer() throws Exception {
    Job job = test.start(shell(WRITES).workingDirectory(test.directory().toString()));
    assertThat(firstOutput(job)).isEqualTo("begins\n");
    return job;
  }

  private static JobState.Ended end(Job job) throws Exception {
    return job.ended().toCompletableFuture().get(BOUND_SECONDS, TimeUnit.SECONDS);
  }

  /** Each change is made, or told that the job has ended; none is called wrong, or holds it up. */
  @ParameterizedTest
  @ValueSource(strings = {"job", "shim", "init"})
  void changesAtTheSameTimeAsTheEndAreMadeOrHearOfIt(String killed) throws Exception {
    for (int round = 0; round < 2; round++) {
      Job job = writer();
      CompletableFuture<Void> changing = new CompletableFuture<>();
      try (ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<Integer> changes = calls.submit(() -> changeUntilTheEnd(job, changing));
        changing.get(BOUND_SECONDS, TimeUnit.SECONDS);
        kill(job, killed);

        end(job);
        assertThat(changes.get(BOUND_SECONDS, TimeUnit.SECONDS)).isPositive();
      }
    }
  }

  /**
   * A shim that has not seen the end has lifted no bound. On v2 the rest of the file would take a
   * quarter of an hour.
   */
  @Test
  void aJobThatEndsWithItsShimLeavesNoBoundOnWhatIsStillToBeWritten() throws Exception {
    String writes = "dd if=/dev/zero of=file bs=1M count=4 2> /dev/null; echo begins; sleep 86400";
    Job job =
        test.start(
            shell(writes)
                .limits(writing(IoLimit.MIN_BPS))
                .workingDirectory(test.directory().toString()));
    assertThat(firstOutput(job)).isEqualTo("begins\n");
    ProcessHandle command = command(job);
    ProcessHandle init = command.parent().orElseThrow();
    ProcessHandle shim = init.parent().orElseThrow();

    assertThat(run("kill", "-STOP", Long.toString(shim.pid()))).isZero();
    assertThat(init.destroyForcibly()).isTrue();
    command.onExit().get(BOUND_SECONDS, TimeUnit.SECONDS);
    assertThat(shim.destroyForcibly()).isTrue();

    end(job);
    assertThat(run("sync", test.directory().resolve("file").toString())).isZero();
  }

  private static int run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  /**
   * @param changing completed when some are made, or one has failed
   */
  private int changeUntilTheEnd(Job job, CompletableFuture<Void> changing) throws IOException {
    for (int made = 0; ; made++) {
      try {
        test.worker().changeLimits(job, writing((1 + made % 2) * IoLimit.MIN_BPS));
      } catch (JobEndedException e) {
        changing.completeExceptionally(e); // where it was not to end yet
        return made;
      } catch (QuotaExceededException e) { // as often as it may be: what is left is the end
        var _ = job.ended().toCompletableFuture().join();
        return made;
      } catch (IOException | RuntimeException e) {
        changing.completeExceptionally(e);
        throw e;
      }
      if (made == 2) {
        changing.complete(null);
      }
    }
  }

  private static ProcessHandle command(Job job) {
    int pid = ((JobState.Running) job.state()).command().pid();
    return ProcessHandle.of(pid).orElseThrow();
  }

  private static void kill(Job job, String whom) throws Exception {
    ProcessHandle init = command(job).parent().orElseThrow();
    switch (whom) {
      case "job" -> job.stop(StopRequest.kill("alice"));
      case "shim" -> init.parent().orElseThrow().destroyForcibly();
      default -> init.destroyForcibly();
    }
  }
}
