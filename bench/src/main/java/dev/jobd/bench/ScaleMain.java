package dev.jobd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What many jobs cost: the time until a new worker is ready, memory, and how many starts a second
 * are durable. Times depend on the machine; growth per job is what to look at.
 */
public final class ScaleMain {
  private static final int DEFAULT_LIVE = 1_000;
  private static final int DEFAULT_FINISHED = 10_000;

  /** Of which the median is taken: the first finds files that are in no cache of this JVM yet. */
  private static final int OPENINGS = 5;

  private static final Duration START_TIME = Duration.ofSeconds(5);

  private ScaleMain() {}

  /**
   * Measures and prints.
   *
   * @param args the distribution's directory, then how many live and how many finished jobs
   */
  public static void main(String[] args) throws Exception {
    Path shim = Path.of(args[0]).resolve("libexec/jobd-shim").toAbsolutePath();
    int live = args.length > 1 ? Integer.parseInt(args[1]) : DEFAULT_LIVE;
    int finished = args.length > 2 ? Integer.parseInt(args[2]) : DEFAULT_FINISHED;
    System.out.printf(
        "Acknowledged starts a second, for %d s; off: the same with the state in memory%n%n%s%n",
        START_TIME.toSeconds(), Starts.measure(shim, START_TIME));
    Path directory = Files.createTempDirectory("jobd-scale");
    try {
      measure(new Reopening(directory.resolve("state"), shim), live, finished);
    } finally {
      delete(directory);
    }
  }

  private static void measure(Reopening worker, int live, int finished) throws Exception {
    Table table =
        new Table("state directory has", "ready ms", "heap KiB after GC", "PSS KiB after GC");
    try {
      List<Reopened> empty = worker.open(OPENINGS);
      row(table, "nothing", empty);
      worker.populate(finished, 0);
      List<Reopened> history = worker.open(OPENINGS);
      row(table, finished + " finished", history);
      long free = HostMemory.available();
      Reopened started = worker.populate(0, live);
      long used = free - HostMemory.available();
      List<Reopened> all = worker.open(OPENINGS);
      row(table, finished + " finished, " + live + " live", all);
      LiveShims shims = LiveShims.of(worker.stateDirectory());
      String memory = memory(shims, history, all, started, live, used);
      shims.endJobs();
      row(table, finished + " finished, " + live + " ended meanwhile", worker.open(1));
      System.out.printf("A worker opened in a new JVM, medians of %d%n%n%s%n", OPENINGS, table);
      System.out.printf("Per live, idle job (%d of them)%n%n%s", shims.count(), memory);
      double millis = Reopened.median(all, Reopened::readyNanos) / 1e6;
      double before = Reopened.median(history, Reopened::readyNanos) / 1e6;
      System.out.printf("%nready again: %.3f ms per live job%n", (millis - before) / live);
    } finally {
      LiveShims.of(worker.stateDirectory()).endJobs();
      worker.open(1); // which concludes them and removes their groups
    }
  }

  private static void row(Table table, String what, List<Reopened> measured) {
    table.row(
        what,
        "%.0f".formatted(Reopened.median(measured, Reopened::readyNanos) / 1e6),
        "%.0f".formatted(Reopened.median(measured, Reopened::heapBytes) / 1024),
        "%.0f".formatted(Reopened.median(measured, Reopened::pssBytes) / 1024));
  }

  private static String memory(
      LiveShims shims,
      List<Reopened> without,
      List<Reopened> with,
      Reopened starter,
      int live,
      long used)
      throws IOException {
    Table table = new Table("KiB", "each");
    double shim = shims.shimPss();
    double init = shims.initPss();
    kibRow(table, "shim, PSS", shim);
    kibRow(table, "its init, PSS", init);
    kibRow(table, "shim and init, PSS", shim + init);
    kibRow(table, "jobd's heap, job taken up", growth(without, with, Reopened::heapBytes, live));
    kibRow(table, "jobd's PSS, job taken up", growth(without, with, Reopened::pssBytes, live));
    double heap = starter.heapBytes() - Reopened.median(without, Reopened::heapBytes);
    kibRow(table, "jobd's heap, job started by it", heap / live);
    kibRow(table, "the host's, with command, kernel and page cache", (double) used / live);
    return table.toString();
  }

  private static double growth(
      List<Reopened> without, List<Reopened> with, Reopened.Figure figure, int live) {
    return (Reopened.median(with, figure) - Reopened.median(without, figure)) / live;
  }

  private static void kibRow(Table table, String what, double bytes) {
    table.row(what, "%.1f".formatted(bytes / 1024));
  }

  static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
