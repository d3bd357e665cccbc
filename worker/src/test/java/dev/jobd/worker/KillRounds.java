package dev.jobd.worker;

import dev.jobd.worker.launch.CrashPoint;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which kills. Properties: {@value #ROUNDS}, how many rounds by chance; {@value #SEED}, that of the
 * first: each has the one that follows, and names it, so that it can be done again alone; {@value
 * #POINTS}, points of a job's life instead of all, divided by commas; {@value #KILLS}, how many
 * kills make a round of those that have several.
 */
final class KillRounds {
  static final String ROUNDS = "jobd.kill.rounds";
  static final String SEED = "jobd.kill.seed";

  static final String POINTS = "jobd.kill.points";

  static final String KILLS = "jobd.kill.kills";

  private static final int MAX_SEED = 1_000_000;

  private KillRounds() {}

  static Stream<CrashPoint> points() {
    @Nullable String chosen = System.getProperty(POINTS);
    return chosen == null
        ? Stream.of(CrashPoint.values())
        : Stream.of(chosen.split(",")).map(CrashPoint::valueOf);
  }

  static int kills(int many) {
    return Integer.getInteger(KILLS, many);
  }

  /** The seeds of the rounds that are asked for, or of {@code few}. */
  static LongStream seeds(int few) {
    long first = Long.getLong(SEED, new Random().nextInt(MAX_SEED));
    return LongStream.range(first, first + Integer.getInteger(ROUNDS, few));
  }
}
