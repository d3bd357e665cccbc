package dev.jobd.worker;

import dev.jobd.worker.launch.CrashPoint;
import java.time.Duration;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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
  @EnumSource
  void whatWasAcknowledgedHoldsAfterAKillAt(CrashPoint point) throws Exception {
    try (Place place = Place.make()) {
      Said said = new Said();
      dieAt(place, point.name(), said);
      check(place, said);
    }
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

  private static void check(Place place, Said said) throws Exception {
    Aftermath.check(place, said);
    acknowledged += said.started.size();
  }

  @AfterAll
  static void tell() {
    System.out.printf(
        "kill matrix: %d servers killed, %d acknowledged jobs in rounds that passed: none lost,"
            + " doubled or wrong%n",
        servers, acknowledged);
  }
}
