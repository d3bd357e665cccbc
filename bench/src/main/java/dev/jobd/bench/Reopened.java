package dev.jobd.bench;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What one opening of a worker cost.
 *
 * @param readyNanos from the call that opens it until it answers
 * @param heapBytes used by what is reachable
 * @param pssBytes of the whole process: proportional set size, proc_pid_smaps(5)
 */
record Reopened(long readyNanos, long heapBytes, long pssBytes) {
  /** One of the three. */
  interface Figure extends ToLongFunction<Reopened> {}

  static double median(List<Reopened> all, Figure figure) {
    return all.stream().mapToLong(figure).sorted().skip(all.size() / 2).findFirst().orElseThrow();
  }

  /** As {@link #toLine} wrote it. */
  static Reopened parse(String line) {
    String[] words = line.split(" ", 3);
    return new Reopened(
        Long.parseLong(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]));
  }

  String toLine() {
    return readyNanos + " " + heapBytes + " " + pssBytes;
  }
}
