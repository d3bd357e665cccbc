package dev.jobd.worker;

import static dev.jobd.worker.LiveLimitsTest.file;
import static dev.jobd.worker.TestWorker.firstOutput;
import static dev.jobd.worker.TestWorker.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits that are changed while their job ends, by whatever end. */
@Timeout(180)
class LimitsOfEndingJobsTest {
  private static final int BOUND_SECONDS = 60;

  /** Waits for its turn on the disk most of the time, at the least rate. */
  private static final String WRITES =
      "exec dd if=/dev/zero of=file bs=64K oflag=direct 2>/dev/null";

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

  private Job writer(long perSecond) throws Exception {
    Job job =
        test.start(
            shell("echo begins; " + WRITES)
                .workingDirectory(test.directory().toString())
                .limits(writing(perSecond)));
    assertThat(firstOutput(job)).isEqualTo("begins\n");
    return job;
  }

  private static JobState.Ended end(Job job) throws Exception {
    return job.ended().toCompletableFuture().get(BOUND_SECONDS, TimeUnit.SECONDS);
  }

  /** The shim gives an init that does not answer two seconds: long enough to bind the job again. */
  @Test
  void boundsThatAreWrittenWhileTheShimKillsDoNotHoldUpTheEnd() throws Exception {
    Job job = writer(IoLimit.MIN_BPS);
    Path bounds = file(job, "blkio.throttle.write_bps_device", "io.max");
    stopInit(job);
    try (WatchService watch = bounds.getFileSystem().newWatchService()) {
      Path group = Objects.requireNonNull(bounds.getParent());
      group.register(watch, StandardWatchEventKinds.ENTRY_MODIFY);
      job.stop(StopRequest.kill("alice"));
      awaitWrite(watch, bounds);
    }
    assertThat(bounds).content().doesNotContain("" + IoLimit.MIN_BPS);

    test.worker().changeLimits(job, writing(2 * IoLimit.MIN_BPS));

    assertThat(end(job).verdict())
        .isEqualTo(new Verdict.Killed(9, Verdict.Cause.STOP_REQUEST, "alice"));
  }

  private static void stopInit(Job job) throws Exception {
    int command = ((JobState.Running) job.state()).command().pid();
    long init = ProcessHandle.of(command).flatMap(ProcessHandle::parent).orElseThrow().pid();
    assertThat(new ProcessBuilder("kill", "-STOP", "" + init).inheritIO().start().waitFor())
        .isZero();
  }

  private static void awaitWrite(WatchService watch, Path file) throws InterruptedException {
    boolean written = false;
    while (!written) {
      WatchKey key = watch.poll(BOUND_SECONDS, TimeUnit.SECONDS);
      assertThat(key).as("a write to " + file).isNotNull();
      written = key.pollEvents().stream().anyMatch(e -> file.endsWith((Path) e.context()));
      key.reset();
    }
  }

  /** Each change is made, or told that the job has ended; none is called wrong, or holds it up. */
  @ParameterizedTest
  @ValueSource(strings = {"job", "shim", "init"})
  void changesAtTheSameTimeAsTheEndAreMadeOrHearOfIt(String killed) throws Exception {
    for (int round = 0; round < 5; round++) {
      Job job = writer(IoLimit.MIN_BPS);
      CountDownLatch changing = new CountDownLatch(3);
      try (ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<Integer> changes = calls.submit(() -> changeUntilTheEnd(job, changing));
        assertThat(changing.await(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
        kill(job, killed);

        end(job);
        assertThat(changes.get(BOUND_SECONDS, TimeUnit.SECONDS)).isPositive();
      }
    }
  }

  private int changeUntilTheEnd(Job job, CountDownLatch changing) throws IOException {
    for (int made = 0; ; made++) {
      try {
        test.worker().changeLimits(job, writing((2 + made % 2) * IoLimit.MIN_BPS));
        changing.countDown();
      } catch (JobEndedException e) {
        return made;
      }
    }
  }

  private static void kill(Job job, String whom) throws Exception {
    int command = ((JobState.Running) job.state()).command().pid();
    ProcessHandle init = ProcessHandle.of(command).flatMap(ProcessHandle::parent).orElseThrow();
    switch (whom) {
      case "job" -> job.stop(StopRequest.kill("alice"));
      case "shim" -> init.parent().orElseThrow().destroyForcibly();
      default -> init.destroyForcibly();
    }
  }
}
