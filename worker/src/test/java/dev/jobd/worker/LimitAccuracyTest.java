package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.shell;
import static dev.jobd.worker.TestWorker.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jobd.worker.model.CpuSet;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How near jobs come to their limits, as ratios that jobs measure themselves. That none is passed
 * holds on any machine; that a job gets all it may have, only where nobody else wants the same: so
 * the lower bounds are tested by {@code make accuracy}, on a machine that does nothing else.
 */
class LimitAccuracyTest {
  private static final boolean QUIET = Boolean.getBoolean("jobd.quiet");
  private static final double SECONDS = QUIET ? 10 : 2;

  private static final Duration CHANGE_EVERY = Duration.ofMillis(50);

  /** With what the kernel gives at once, or too late to count: five of its slices, of 100 ms. */
  private static final double MOST_OF_A_RATE = 1.05 + 0.5 / SECONDS;

  /** So long that what it takes to begin is no part of a share to speak of. */
  private static final double SHARE_SECONDS = Math.max(SECONDS, 2 * Patience.TIMES);

  /** User and system time of a shell's children, in the second line that {@code times} prints. */
  private static final Pattern MINUTES_AND_SECONDS = Pattern.compile("([0-9]+)m([0-9.]+)s");

  private TestWorker test;

  @BeforeEach
  void open() throws IOException {
    test = TestWorker.open();
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  @ParameterizedTest
  @CsvSource({"250, 1", "500, 1", "1500, 2"})
  void aJobGetsTheProcessorTimeOfItsQuota(long cpuMillis, int processes) throws Exception {
    Limits limits = Limits.builder().cpuMillis(cpuMillis).build();
    Load load = Load.of(text(test.start(shell(busy(processes, SECONDS)).limits(limits))));
    double ratio = load.cores() / (cpuMillis / 1000.0);
    assertThat(ratio).isLessThan(1 + 0.5 / SECONDS); // up to five periods more than fit
    assumeTrue(QUIET, "only a quiet machine shows that a job gets its whole quota: make accuracy");
    assertThat(ratio).isGreaterThan(0.95);
  }

  /** What a change does not change is not to be given anew. */
  @Test
  void aJobWhoseOtherLimitsChangeAllTheTimeGetsTheProcessorTimeOfItsQuota() throws Exception {
    Limits limits = Limits.builder().cpuMillis(250L).build();
    Job job = test.start(shell(busy(1, SECONDS)).limits(limits));
    AtomicInteger changes = new AtomicInteger();
    try (ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor()) {
      var changing =
          clock.scheduleAtFixedRate(
              () -> changePids(job, 64 + changes.incrementAndGet() % 2),
              0,
              CHANGE_EVERY.toMillis(),
              TimeUnit.MILLISECONDS);
      double ratio = Load.of(text(job)).cores() / 0.25;
      assertThat(changing.cancel(false)).as("no change has failed").isTrue();
      assertThat(ratio).isLessThan(1 + 0.5 / SECONDS);
      assumeTrue(
          QUIET, "only a quiet machine shows that a job gets its whole quota: make accuracy");
      assertThat(ratio).isGreaterThan(0.95);
      assertThat(changes).hasValueGreaterThan((int) (SECONDS / 2 * 1000 / CHANGE_EVERY.toMillis()));
    }
  }

  private void changePids(Job job, long pids) {
    try {
      test.worker().changeLimits(job, Limits.builder().pids(pids).build());
    } catch (JobEndedException e) {
      // as it is to
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** On one processor, which both want all the time: whatever others take is taken from both. */
  @ParameterizedTest
  @CsvSource({"100, 100", "300, 100", "100, 300"})
  void theNeighbourOfAHogKeepsItsShare(long hogsWeight, long neighboursWeight) throws Exception {
    assumeTrue(QUIET, "only on a quiet machine both are busy at the same time: make accuracy");
    Path hogsGate = gate("hog");
    Path neighboursGate = gate("neighbour");
    Job hog = waiting(hogsGate, 8, hogsWeight);
    Job neighbour = waiting(neighboursGate, 1, neighboursWeight);
    try (OutputStream first = Files.newOutputStream(hogsGate);
        OutputStream second = Files.newOutputStream(neighboursGate)) {
      first.flush(); // both wait at their gates now, which open together
      second.flush();
    }
    double hogs = Load.of(text(hog)).cores();
    double neighbours = Load.of(text(neighbour)).cores();
    double share = (double) neighboursWeight / (hogsWeight + neighboursWeight);
    assertThat(neighbours / (hogs + neighbours) / share).isBetween(0.9, 1.1);
  }

  @ParameterizedTest
  @CsvSource({"if=/dev/zero of=file oflag=direct", "if=file of=/dev/null iflag=direct"})
  void directTransfersHaveTheRateOfTheirBound(String operands) throws Exception {
    long perSecond = 4 << 20;
    long blocks = (long) (4 * SECONDS);
    IoLimit bound = new IoLimit(null, perSecond, perSecond, null, null);
    double seconds = secondsOf(transfer(operands, "1M", blocks), bound);
    double ratio = (double) (blocks << 20) / perSecond / seconds;
    assertThat(ratio).isLessThan(MOST_OF_A_RATE);
    assumeTrue(QUIET, "only a quiet disk shows that a job gets its whole rate: make accuracy");
    assertThat(ratio).isGreaterThan(0.9);
  }

  @Test
  void directTransfersHaveTheOperationsOfTheirBound() throws Exception {
    long perSecond = 50;
    long blocks = (long) (perSecond * SECONDS);
    IoLimit bound = new IoLimit(null, null, null, null, perSecond);
    double seconds = secondsOf(transfer("if=/dev/zero of=file oflag=direct", "4K", blocks), bound);
    double ratio = (double) blocks / perSecond / seconds;
    assertThat(ratio).isLessThan(MOST_OF_A_RATE);
    assumeTrue(QUIET, "only a quiet disk shows that a job gets its whole rate: make accuracy");
    assertThat(ratio).isGreaterThan(0.9);
  }

  /**
   * Keeps so many processes busy, and tells the shell's times before and after, and the clock's in
   * between: on a slow machine, what it takes to begin is no small part.
   */
  private static String busy(int processes, double seconds) {
    return "begin=$(date +%s%N); times; for i in $(seq "
        + processes
        + "); do timeout "
        + seconds
        + " sh -c 'while :; do :; done' & done; wait; times; end=$(date +%s%N);"
        + " echo $((end - begin))";
  }

  /** What {@link #busy} told. */
  private record Load(double cpuSeconds, double clockSeconds) {
    static Load of(String output) {
      List<String> lines = output.lines().toList();
      double cpu = ofChildren(lines.get(3)) - ofChildren(lines.get(1));
      return new Load(cpu, Long.parseLong(lines.get(4)) / 1e9);
    }

    private static double ofChildren(String times) {
      return MINUTES_AND_SECONDS.matcher(times).results().mapToDouble(Load::seconds).sum();
    }

    private static double seconds(MatchResult time) {
      return 60 * Double.parseDouble(time.group(1)) + Double.parseDouble(time.group(2));
    }

    double cores() {
      return cpuSeconds / clockSeconds;
    }
  }

  private Path gate(String name) throws Exception {
    Path gate = test.directory().resolve(name);
    assertThat(new ProcessBuilder("mkfifo", gate.toString()).start().waitFor()).isZero();
    return gate;
  }

  /** Is busy on the first processor once its gate has been opened and closed. */
  private Job waiting(Path gate, int processes, long weight) throws Exception {
    Limits limits = Limits.builder().cpuset(new CpuSet("0")).cpuWeight(weight).build();
    return test.start(shell("cat " + gate + "; " + busy(processes, SHARE_SECONDS)).limits(limits));
  }

  private static String transfer(String operands, String blockSize, long blocks) {
    return "exec dd " + operands + " bs=" + blockSize + " count=" + blocks;
  }

  /** How long a transfer takes in the worker's own directory; skips the test where no disk is. */
  private double secondsOf(String transfer, IoLimit bound) throws Exception {
    Limits limits = Limits.builder().io(List.of(bound)).build();
    String directory = test.directory().toString();
    String file = "dd if=/dev/zero of=file bs=1M count=" + (long) (4 * SECONDS) + " oflag=direct";
    try {
      if (transfer.contains("if=file")) {
        test.start(shell(file).workingDirectory(directory)).await();
      }
      Job job = test.start(shell(transfer).workingDirectory(directory).limits(limits));
      JobState.Ended ended = job.await();
      assertThat(ended.verdict()).as(text(job)).isEqualTo(new Verdict.Exited(0));
      JobState.Command command = Objects.requireNonNull(ended.command());
      return Duration.between(command.startedAt(), ended.at()).toNanos() / 1e9;
    } catch (InvalidSpecException e) {
      assumeTrue(false, e.getMessage());
      throw e;
    }
  }
}
