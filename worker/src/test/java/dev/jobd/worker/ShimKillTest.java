package dev.jobd.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.cgroup.Cgroups;
import dev.jobd.worker.model.OutputStreamKind;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code kill -9} of a shim, of a job's init, or of both, at a moment by chance between the start
 * of a job and its end: the verdict is true, and nothing of the job is left.
 *
 * <p>{@link KillRounds} says how many.
 */
final class ShimKillTest {
  private static final int KILLS = KillRounds.kills(40);
  private static final int BOUND_SECONDS = 60;

  /** A start takes about 4 ms, the whole job about 10; sometimes the kill comes too late. */
  private static final long MAX_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(16);

  @TempDir private Path ran;
  private TestWorker test;

  /** Who is killed. */
  private enum Victim {
    SHIM,
    INIT,
    BOTH
  }

  @BeforeEach
  void open() throws IOException {
    test = TestWorker.open();
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  static LongStream seeds() {
    return KillRounds.seeds(1);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void theVerdictIsTrueAndNothingIsLeftAfterKillsByChanceWithSeed(long seed) throws Exception {
    Random random = new Random(seed);
    for (int i = 0; i < KILLS; i++) {
      Victim victim = Victim.values()[random.nextInt(Victim.values().length)];
      long delay = random.nextLong(MAX_DELAY_NANOS);
      CompletableFuture<Void> killed =
          CompletableFuture.runAsync(
              () -> kill(victim), CompletableFuture.delayedExecutor(delay, TimeUnit.NANOSECONDS));
      check(victim);
      killed.get(BOUND_SECONDS, TimeUnit.SECONDS);
    }
    test.restart(); // nothing is left that it would have to do
    String instance = Files.readString(test.directory().resolve("instance"));
    assertThat(Cgroups.open(instance).jobs()).isEmpty(); // the worker's own, which closes them
  }

  /** Runs one job, to whose shim or init something happens meanwhile. */
  private void check(Victim victim) throws Exception {
    Job job;
    try {
      job = test.worker().start(TestWorker.ALICE, Errand.QUICK.spec(ran));
    } catch (LaunchException e) {
      assertThat(ran.resolve(e.job().toString())).as("%s", e.failure()).doesNotExist();
      return;
    }
    Verdict verdict =
        job.ended().toCompletableFuture().get(BOUND_SECONDS, TimeUnit.SECONDS).verdict();
    String output = new String(TestWorker.output(job, OutputStreamKind.STDOUT), UTF_8);
    switch (verdict) {
      case Verdict.Exited(int code) -> {
        assertThat(code).isEqualTo(Errand.EXIT_CODE);
        assertThat(output).isEqualTo(Errand.stdout());
      }
      case Verdict.Lost lost -> assertThat(victim).as("%s", lost).isNotEqualTo(Victim.INIT);
      case Verdict.Killed(int signal, Verdict.Cause cause, String by) -> {
        assertThat(signal).isEqualTo(StopRequest.SIGKILL);
        assertThat(cause).isEqualTo(Verdict.Cause.OTHER);
        assertThat(victim).as("%s", verdict).isNotEqualTo(Victim.SHIM);
      }
      case Verdict.Failed failed -> throw new AssertionError("acknowledged, and " + failed);
    }
    assertThat(Errand.stdout()).startsWith(output);
    Path runs = ran.resolve(job.id().toString());
    assertThat(Files.exists(runs) ? Files.readAllLines(runs) : List.of()).hasSizeLessThan(2);
  }

  /**
   * Of all shims here: that of the job, if it is there, and the one that waits for the next. Waits
   * until they have died: until then the next job could be given to the latter.
   */
  private static void kill(Victim victim) {
    List<ProcessHandle> shims = ProcessHandle.current().children().toList();
    List<ProcessHandle> inits = shims.stream().flatMap(ProcessHandle::children).toList();
    List<ProcessHandle> victims = new ArrayList<>();
    if (victim != Victim.SHIM) {
      victims.addAll(inits);
    }
    if (victim != Victim.INIT) {
      victims.addAll(shims);
    }
    victims.forEach(ProcessHandle::destroyForcibly);
    victims.forEach(dying -> dying.onExit().join());
  }
}
