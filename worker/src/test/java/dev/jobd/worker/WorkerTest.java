package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.ALICE;
import static dev.jobd.worker.TestWorker.firstOutput;
import static dev.jobd.worker.TestWorker.output;
import static dev.jobd.worker.TestWorker.shell;
import static dev.jobd.worker.TestWorker.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.OutputStreamKind;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The library alone, without server or network, on the real kernel. */
class WorkerTest {
  private TestWorker test;

  @BeforeEach
  void open() throws IOException {
    test = TestWorker.open();
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  @Test
  void tellsTheExactExitCodeAndKeepsTheStreamsApart() throws Exception {
    Job job = test.sh("echo out; echo err >&2; exit 7");
    assertThat(job.await().verdict()).isEqualTo(new Verdict.Exited(7));
    assertThat(text(job, OutputStreamKind.STDOUT)).isEqualTo("out\n");
    assertThat(text(job, OutputStreamKind.STDERR)).isEqualTo("err\n");
    assertThat(text(job)).isEqualTo("out\nerr\n");
    assertThat(job.record().output().kept()).isEqualTo(8);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 126, 127, 128, 137, 143, 255})
  void anExitCodeIsNeverTakenForASignal(int code) throws Exception {
    assertThat(test.sh("exit " + code).await().verdict()).isEqualTo(new Verdict.Exited(code));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 6, 9, 11, 15})
  void aSignalIsNeverTakenForAnExitCode(int signal) throws Exception {
    assertThat(test.sh("kill -" + signal + " $$").await().verdict())
        .isEqualTo(new Verdict.Killed(signal, Verdict.Cause.OTHER, null));
  }

  @Test
  void returnsEveryByteAsItWasWritten() throws Exception {
    byte[] expected = new byte[1 << 20];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = (byte) ((i * 31) ^ (i >> 11));
    }
    java.nio.file.Path file = Files.write(test.directory().resolve("bytes"), expected);
    assertThat(output(test.start("cat", file.toString()))).isEqualTo(expected);
    Files.delete(file);
  }

  @Test
  void givesEveryFollowerTheWholeOutputWhenEverItComes() throws Exception {
    Job job =
        test.sh(
            "i=0; while [ $i -lt 300 ]; do echo line $i; i=$((i+1)); [ $i = 150 ] && sleep 0.2;"
                + " done");
    List<CompletableFuture<byte[]>> followers = new ArrayList<>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 5; i++) {
        followers.add(
            CompletableFuture.supplyAsync(
                () -> {
                  try {
                    return output(job);
                  } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                  }
                },
                executor));
      }
    }
    byte[] late = output(job);
    assertThat(new String(late, java.nio.charset.StandardCharsets.UTF_8))
        .startsWith("line 0\n")
        .endsWith("line 299\n")
        .hasLineCount(300);
    assertThat(followers).allSatisfy(f -> assertThat(f.join()).isEqualTo(late));
  }

  @ParameterizedTest
  @CsvSource({
    "/no/such/program, exec, 2, No such file or directory",
    "no-such-program, exec, 2, No such file or directory",
    "/etc/passwd, exec, 13, Permission denied",
    "/etc/passwd/x, exec, 20, Not a directory",
  })
  void recordsAJobThatCouldNotBeExecuted(String command, String step, int errno, String message)
      throws Exception {
    Verdict.Failed expected = new Verdict.Failed(step, errno, message);
    assertThatThrownBy(() -> test.start(command))
        .isInstanceOfSatisfying(
            LaunchException.class,
            e -> {
              assertThat(e.failure()).isEqualTo(expected);
              assertThat(find(e).verdict()).isEqualTo(expected);
            });
  }

  private JobState.Ended find(LaunchException e) {
    try {
      return (JobState.Ended) test.worker().find(e.job()).orElseThrow().state();
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  @Test
  void refusesAWorkingDirectoryThatIsNotThere() {
    assertThatThrownBy(() -> test.start(shell("true").workingDirectory("/no/such/directory")))
        .isInstanceOf(LaunchException.class)
        .hasMessage("changing to directory '/no/such/directory': No such file or directory");
  }

  @Test
  void runsWithTheEnvironmentAndDirectoryItWasAskedForAndNothingElse() throws Exception {
    Job job = test.start(shell("pwd; env").workingDirectory("/usr").env(Map.of("GREETING", "h i")));
    assertThat(text(job).lines().filter(line -> !line.startsWith("_=")))
        .containsExactlyInAnyOrder(
            "/usr",
            "GREETING=h i",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME=/",
            "LANG=C.UTF-8",
            "PWD=/usr",
            "JOBD_JOB_ID=" + job.id());
  }

  @Test
  void takesAsManyVariablesAsAJobMayHave() throws Exception {
    Map<String, String> env = new HashMap<>();
    for (int i = 1; i < JobSpec.MAX_STRINGS; i++) {
      env.put("V" + i, "x");
    }
    Job job = test.start(JobSpec.builder(List.of("true")).env(env));

    assertThat(job.await().verdict()).isEqualTo(new Verdict.Exited(0));
  }

  @Test
  void isolatesProcessesNetworkAndHostName() throws Exception {
    Job job =
        test.start(
            shell(
                    "echo $$; echo /proc/[0-9]*; tail -n +3 /proc/net/dev | cut -d: -f1;"
                        + " hostname")
                .name("box"));
    assertThat(text(job).lines().map(String::strip))
        .containsExactly("2", "/proc/1 /proc/2", "lo", "box");
  }

  @Test
  void hasNothingOnStdin() throws Exception {
    assertThat(test.sh("cat; echo done").await().verdict()).isEqualTo(new Verdict.Exited(0));
  }

  @Test
  void stoppingLeavesNothingOfTheTreeBehind() throws Exception {
    String marker = "86400." + System.nanoTime();
    Job job =
        test.sh(
            "(setsid sh -c 'setsid sleep "
                + marker
                + " & sleep "
                + marker
                + "' &); echo up; sleep "
                + marker);
    assertThat(firstOutput(job)).isEqualTo("up\n");
    job.stop(StopRequest.kill("bob"));
    assertThat(job.await().verdict())
        .isEqualTo(new Verdict.Killed(9, Verdict.Cause.STOP_REQUEST, "bob"));
    assertThat(ProcessHandle.allProcesses())
        .noneMatch(process -> process.info().commandLine().orElse("").contains(marker));
  }

  @Test
  void aStopWithGraceLetsTheCommandEndInItsOwnWay() throws Exception {
    Job job = test.sh("trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.01; done");
    assertThat(firstOutput(job)).isEqualTo("up\n");
    job.stop(new StopRequest("bob", StopRequest.SIGTERM, Duration.ofMinutes(1)));
    assertThat(job.await().verdict()).isEqualTo(new Verdict.Exited(3));
    assertThat(text(job)).isEqualTo("up\nbye\n");
  }

  @Test
  void aStopWithGraceKillsWhatIsLeftAfterIt() throws Exception {
    Job job = test.sh("trap '' TERM; echo up; while :; do sleep 0.01; done");
    assertThat(firstOutput(job)).isEqualTo("up\n");
    job.stop(new StopRequest("bob", StopRequest.SIGTERM, Duration.ofMillis(50)));
    assertThat(job.await().verdict())
        .isEqualTo(new Verdict.Killed(9, Verdict.Cause.STOP_REQUEST, "bob"));
  }

  /** Stops come at every moment of a launch: before there is a shim, a command, or an answer. */
  @Test
  void aStopThatComesDuringTheLaunchIsNotLost() throws Exception {
    try (ExecutorService starter = Executors.newSingleThreadExecutor()) {
      for (int round = 0; round < 50; round++) {
        Future<Job> starting = starter.submit(() -> test.sh("sleep 86400"));
        JobRecord record = null;
        while (record == null) { // at once is the point; the insertion ends this
          record =
              test.worker().list(JobQuery.ALL).items().stream()
                  .filter(r -> !(r.state() instanceof JobState.Ended))
                  .findFirst()
                  .orElse(null);
        }
        Job job = test.worker().find(record.id()).orElseThrow();
        job.stop(StopRequest.kill("bob"));
        assertThat(job.ended().toCompletableFuture().get(1, TimeUnit.MINUTES).verdict())
            .isEqualTo(new Verdict.Killed(9, Verdict.Cause.STOP_REQUEST, "bob"));
        assertThat(starting.get().id()).isEqualTo(job.id());
      }
    }
  }

  @Test
  void stoppingAnEndedJobChangesNothing() throws Exception {
    Job job = test.start("true");
    JobState.Ended end = job.await();
    job.stop(StopRequest.kill("bob"));
    assertThat(job.state()).isEqualTo(end);
    assertThat(test.worker().find(job.id()).orElseThrow().state()).isEqualTo(end);
  }

  @Test
  void theEndOfTheCommandIsTheEndOfTheJob() throws Exception {
    Job job = test.sh("sleep 86400 & echo started");
    assertThat(text(job)).isEqualTo("started\n");
    assertThat(job.await().verdict()).isEqualTo(new Verdict.Exited(0));
  }

  @Test
  void killsAJobThatRunsLongerThanItsTimeout() throws Exception {
    Limits limits = new Limits(null, null, null, Duration.ofMillis(50), null);
    assertThat(test.start(shell("sleep 86400").limits(limits)).await().verdict())
        .isEqualTo(new Verdict.Killed(9, Verdict.Cause.TIMEOUT, null));
  }

  @Test
  void dropsAndCountsOutputAboveItsBound() throws Exception {
    Limits limits = new Limits(null, null, null, null, 1000L);
    Job job = test.start(shell("head -c 5000 /dev/zero; echo end >&2").limits(limits));
    assertThat(job.await().verdict()).isEqualTo(new Verdict.Exited(0));
    assertThat(output(job)).hasSize(1000);
    assertThat(job.record().output().dropped()).isEqualTo(4004);
  }

  @Test
  void saysOutOfMemoryWhereTheKernelCountedIt() throws Exception {
    Limits limits = new Limits(null, 32L << 20, null, null, null);
    Job job = test.start(JobSpec.builder(List.of("tail", "/dev/zero")).limits(limits));
    assertThat(job.await().verdict())
        .isEqualTo(new Verdict.Killed(9, Verdict.Cause.OUT_OF_MEMORY, null));
  }

  @Test
  void countsProcessesExactly() throws Exception {
    Limits limits = new Limits(null, null, 3L, null, null);
    Job job = test.start(shell("for i in 1 2 3; do sleep 86400 & done").limits(limits));
    assertThat(text(job, OutputStreamKind.STDERR)).contains("annot fork");
  }

  @Test
  void aNameBelongsToOneLiveJobOfAnOwner() throws Exception {
    Job first = test.start(shell("sleep 86400").name("db"));
    assertThatThrownBy(() -> test.start(shell("true").name("db")))
        .isInstanceOfSatisfying(
            NameInUseException.class, e -> assertThat(e.holder()).isEqualTo(first.id()));
    test.worker().start(new Owner("bob"), shell("true").name("db").build()).await();
    first.stop(StopRequest.kill("alice"));
    first.await();
    test.start(shell("true").name("db")).await();
  }

  @Test
  void findsAndListsEndedJobs() throws Exception {
    Job job = test.sh("echo hi");
    job.await();
    assertThat(test.worker().find(job.id()).orElseThrow().record()).isEqualTo(job.record());
    assertThat(test.worker().list(JobQuery.ALL.withOwner(ALICE)).items())
        .containsExactly(job.record());
    assertThat(test.worker().list(JobQuery.ALL.withOwner(new Owner("bob"))).items()).isEmpty();
  }
}
