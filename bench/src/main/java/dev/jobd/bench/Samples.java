package dev.jobd.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Measured times, in nanoseconds. */
final class Samples {
  private final List<Long> nanos = new ArrayList<>();

  void add(long sample) {
    nanos.add(sample);
  }

  double medianMillis() {
    return percentileMillis(50);
  }

  /** The least sample that at least {@code percent} of all are not above. */
  double percentileMillis(int percent) {
    List<Long> sorted = new ArrayList<>(nanos);
    Collections.sort(sorted);
    int rank = Math.ceilDiv(sorted.size() * percent, 100);
    return sorted.get(Math.max(rank, 1) - 1) / 1e6;
  }
}
