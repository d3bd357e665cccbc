package dev.jobd.bench;

import java.util.List;

/**
 * How long one job takes when nothing else runs. Contestants take turns, so that each finds the
 * machine as another left it; whoever ran twice in a row would find its own ways still warm, in the
 * caches and in the kernel, as no single job does.
 */
final class Latency {
  private static final int WARM_UP_ROUNDS = 150;

  private Latency() {}

  private record Measured(Samples firstByte, Samples exit) {
    Measured() {
      this(new Samples(), new Samples());
    }

    void add(Command command, Timing timing) {
      switch (command) {
        case ECHO -> firstByte.add(timing.firstByteNanos());
        case TRUE -> exit.add(timing.exitNanos());
      }
    }
  }

  /** Measures; the first contestant is the one that the others are compared with. */
  static Table measure(List<Contestant> contestants, int rounds) throws Exception {
    List<Measured> measured = contestants.stream().map(c -> new Measured()).toList();
    for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
      for (Command command : Command.values()) {
        for (int turn = 0; turn < contestants.size(); turn++) {
          // Each round begins with another one, so that none always runs in the wake of the same.
          int which = Math.floorMod(round + turn, contestants.size());
          Timing timing = contestants.get(which).run(command);
          if (round >= 0) {
            measured.get(which).add(command, timing);
          }
        }
      }
    }
    return table(contestants, measured);
  }

  private static Table table(List<Contestant> contestants, List<Measured> measured) {
    Table table =
        new Table(
            "contestant", "first byte ms", "p99", "ratio", "exit ms", "p99", "ratio", "around it");
    Measured first = measured.getFirst();
    for (int i = 0; i < contestants.size(); i++) {
      Samples firstByte = measured.get(i).firstByte;
      Samples exit = measured.get(i).exit;
      table.row(
          contestants.get(i).name(),
          "%.2f".formatted(firstByte.medianMillis()),
          "%.2f".formatted(firstByte.percentileMillis(99)),
          "%.2fx".formatted(firstByte.medianMillis() / first.firstByte.medianMillis()),
          "%.2f".formatted(exit.medianMillis()),
          "%.2f".formatted(exit.percentileMillis(99)),
          "%.2fx".formatted(exit.medianMillis() / first.exit.medianMillis()),
          contestants.get(i).isolation());
    }
    return table;
  }
}
