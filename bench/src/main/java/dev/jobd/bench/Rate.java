package dev.jobd.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How many jobs a second go from start to end, with few and with many who start them. */
final class Rate {
  private static final int[] STARTERS = {1, 32};

  private Rate() {}

  static Table measure(List<Contestant> contestants, Duration duration) throws Exception {
    Table table = new Table("contestant", "jobs/s, 1 starter", "jobs/s, 32 starters");
    for (Contestant contestant : contestants) {
      List<String> row = new ArrayList<>(List.of(contestant.name()));
      for (int starters : STARTERS) {
        row.add(jobsPerSecond(contestant, starters, duration));
      }
      table.row(row.toArray(String[]::new));
    }
    return table;
  }

  /** Some contestants fail some jobs under load: those do not count, and are told. */
  private record Count(int done, int failed) {
    Count plus(Count other) {
      return new Count(done + other.done, failed + other.failed);
    }
  }

  private static String jobsPerSecond(Contestant contestant, int starters, Duration duration)
      throws Exception {
    long start = System.nanoTime();
    long end = start + duration.toNanos();
    List<Future<Count>> counts = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(starters)) {
      for (int i = 0; i < starters; i++) {
        counts.add(executor.submit(() -> runUntil(end, contestant)));
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    Count all = new Count(0, 0);
    for (Future<Count> count : counts) {
      all = all.plus(count.get());
    }
    return "%.0f%s"
        .formatted(all.done / seconds, all.failed == 0 ? "" : " (%d failed)".formatted(all.failed));
  }

  private static Count runUntil(long end, Contestant contestant) throws Exception {
    int done = 0;
    int failed = 0;
    while (System.nanoTime() - end < 0) {
      try {
        contestant.run(Command.TRUE);
        done++;
      } catch (CommandFailedException e) {
        failed++;
      }
    }
    return new Count(done, failed);
  }
}
