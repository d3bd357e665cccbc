package dev.jobd.worker;

import static dev.jobd.worker.Errand.DELETED;
import static dev.jobd.worker.Errand.QUICK;
import static dev.jobd.worker.Errand.STOPPED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.launch.CrashPoint;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code kill -9} of a server at every point of a job's life, and at moments by chance; {@link
 * Aftermath} says what has to hold then.
 *
 * <p>{@link KillRounds} says how many moments, and which.
 */
final class KillMatrixTest {
  private static final int FEW_ROUNDS = 6;

  /** From no time at all to well into the errands, on a slow machine. */
  private static final long MAX_DELAY_MILLIS = 2500;

  /** How often a point is passed before it kills, at most. */
  private static final int MAX_PASSES = 24;

  private static int servers;
  private static int acknowledged;

  @ParameterizedTest
  @MethodSource("points")
  void whatWasAcknowledgedHoldsAfterAKillAt(CrashPoint point) throws Exception {
    try (Place place = Place.make()) {
      Said said = new Said();
      dieAt(place, point.name(), said);
      List<JobRecord> ends = check(place, said);
      checkOfItsOwn(point, errand -> verdictOf(errand, ends));
    }
  }

  /** What holds after a kill there beside what always does: the table in ARCHITECTURE.md. */
  private static void checkOfItsOwn(CrashPoint point, Function<Errand, @Nullable Verdict> verdict) {
    switch (point) {
      case START_ASKED,
          DIRECTORY_MADE,
          SHIM_TAKEN,
          SHIM_CONNECTED,
          REQUEST_SENT,
          CGROUP_MADE,
          ENTER_SENT ->
          assertThat(verdict.apply(QUICK))
              .satisfiesAnyOf(
                  v -> assertThat(v).isNull(),
                  v -> assertThat(v).isInstanceOf(Verdict.Lost.class),
                  v -> assertThat(v).isInstanceOf(Verdict.Failed.class));
      case RECORDED ->
          assertThat(verdict.apply(QUICK))
              .isInstanceOfSatisfying(
                  Verdict.Failed.class, v -> assertThat(v.step()).isEqualTo("release"));
      case LAUNCH_SENT,
          START_REPORTED,
          START_RECORDED,
          START_DONE,
          OUTPUT_GREW,
          SHIM_LEFT,
          EXIT_READ,
          CGROUP_REMOVED,
          END_PUBLISHED,
          END_STORED,
          COMPRESSION_STEP,
          COMPRESSION_DRAFTED,
          COMPRESSION_NAMED,
          PLAIN_REMOVED,
          COMPRESSION_STORED ->
          assertThat(verdict.apply(QUICK)).isEqualTo(new Verdict.Exited(Errand.EXIT_CODE));
      case STOP_ASKED -> assertThat(verdict.apply(STOPPED)).isEqualTo(Aftermath.STOPPED_THERE);
      case STOP_RECORDED, STOP_SENT ->
          assertThat(verdict.apply(STOPPED)).isEqualTo(Aftermath.STOPPED_BEFORE);
      case DELETE_ASKED ->
          assertThat(verdict.apply(DELETED)).isEqualTo(new Verdict.Exited(Errand.EXIT_CODE));
      case DELETE_NOTED, DIRECTORY_REMOVED, DELETE_DONE ->
          assertThat(verdict.apply(DELETED)).isNull();
    }
  }

  /** That of the one job of the kind; none where there is no such job. */
  private static @Nullable Verdict verdictOf(Errand errand, List<JobRecord> ends) {
    List<JobRecord> ofTheKind = ends.stream().filter(r -> Errand.of(r) == errand).toList();
    assertThat(ofTheKind).hasSizeLessThan(2);
    return ofTheKind.isEmpty() ? null : ((JobState.Ended) ofTheKind.getFirst().state()).verdict();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whatWasAcknowledgedHoldsAfterKillsByChanceWithSeed(long seed) throws Exception {
    Random random = new Random(seed);
    CrashPoint[] points = CrashPoint.values();
    try (Place place = Place.make()) {
      Said said = new Said();
      String point = points[random.nextInt(points.length)].name();
      dieAt(place, point + ":" + (1 + random.nextInt(MAX_PASSES)), said, "" + random.nextLong());
      long delay = random.nextLong(MAX_DELAY_MILLIS);
      try (var server = DoomedProcess.start(place, null, "" + random.nextLong())) {
        servers++;
        server.kill(Duration.ofMillis(delay), said);
      }
      check(place, said);
    }
  }

  static Stream<CrashPoint> points() {
    return KillRounds.points();
  }

  static LongStream seeds() {
    return KillRounds.seeds(FEW_ROUNDS);
  }

  private static void dieAt(Place place, String crashAt, Said said, String... arguments)
      throws Exception {
    try (var server = DoomedProcess.start(place, crashAt, arguments)) {
      servers++;
      server.awaitDeath(said);
    }
  }

  private static List<JobRecord> check(Place place, Said said) throws Exception {
    List<JobRecord> ends = Aftermath.check(place, said);
    acknowledged += said.started.size();
    return ends;
  }

  @AfterAll
  static void tell() {
    System.out.printf(
        "kill matrix: %d servers killed, %d acknowledged jobs in rounds that passed: none lost,"
            + " doubled or wrong%n",
        servers, acknowledged);
  }
}
