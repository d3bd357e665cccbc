package dev.jobd.worker;

import java.util.Random;
import java.util.stream.LongStream;

/**
 * Rounds of kills by chance. Properties: {@value #ROUNDS}, how many; {@value #SEED}, that of the
 * first: each has the one that follows, and names it, so that it can be done again alone.
 */
final class KillRounds {
  static final String ROUNDS = "jobd.kill.rounds";
  static final String SEED = "jobd.kill.seed";

  private static final int MAX_SEED = 1_000_000;

  private KillRounds() {}

  /** The seeds of the rounds that are asked for, or of {@code few}. */
  static LongStream seeds(int few) {
    long first = Long.getLong(SEED, new Random().nextInt(MAX_SEED));
    return LongStream.range(first, first + Integer.getInteger(ROUNDS, few));
  }
}
