package dev.jobd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What many jobs cost: the time until a new worker is ready, memory, and how many starts a second
 * are durable. Times depend on the machine; growth per job is what to look at.
 */
public final class ScaleMain {
  private static final int DEFAULT_LIVE = 1_000;
  private static final int DEFAULT_FINISHED = 10_000;

  /** Have all classes loaded that live jobs need, which is not to count as memory of the others. */
  private static final int FEW = 50;

  private static final double KIB = 1024;

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
    try (TemporaryDirectory directory = TemporaryDirectory.onDisk()) {
      Reopening worker = new Reopening(directory.path().resolve("state"), shim);
      cleanUpBeforeTheEnd(worker);
      measure(worker, live, finished);
    }
  }

  /** A signal would end the JVM at once, and the jobs live on: main is to end them first. */
  private static void cleanUpBeforeTheEnd(Reopening worker) {
    Thread main = Thread.currentThread();
    Thread hook =
        new Thread(
            () -> {
              worker.interrupt();
              try {
                main.join();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private static void measure(Reopening worker, int live, int finished) throws Exception {
    Table table =
        new Table("state directory has", "ready ms", "heap KiB after GC", "PSS KiB after GC");
    try {
      row(table, "nothing", worker.open(OPENINGS));
      worker.populate(finished, 0);
      row(table, finished + " finished", worker.open(OPENINGS));
      requireNoGroups(worker.stateDirectory());
      Reopened few = worker.populate(0, FEW);
      List<Reopened> before = worker.open(OPENINGS);
      row(table, "%d finished, %d live".formatted(finished, FEW), before);
      long free = HostMemory.available();
      Reopened starter = worker.populate(0, live);
      double host = (double) (free - HostMemory.available()) / live;
      List<Reopened> after = worker.open(OPENINGS);
      row(table, "%d finished, %d live".formatted(finished, FEW + live), after);
      LiveShims shims = LiveShims.of(worker.stateDirectory());
      Table each = new Table("per live, idle job", "");
      addShims(each, shims, host);
      addGrowth(each, before, after, live);
      kib(each, "jobd's heap, of a job it started", growth(few, starter) / live);
      shims.endJobs();
      int ended = shims.count();
      row(table, "%d finished, %d ended meanwhile".formatted(finished, ended), worker.open(1));
      System.out.printf("A worker opened in a new JVM, medians of %d%n%n%s%n", OPENINGS, table);
      System.out.print(each);
    } finally {
      worker.cleanUp();
    }
    requireNoGroups(worker.stateDirectory());
  }

  /** The directories of the jobs' groups, which go with the last of these, are noted there. */
  private static void requireNoGroups(Path state) throws IOException {
    List<String> places = Files.readAllLines(state.resolve("cgroups"));
    List<String> left = places.stream().filter(place -> Files.exists(Path.of(place))).toList();
    if (left.size() > 0 || places.isEmpty()) {
      throw new IOException("of " + places + " there should be nothing left, but there is " + left);
    }
    System.out.printf("No cgroup is left of any job, in %d hierarchies%n%n", places.size());
  }

  private static void row(Table table, String what, List<Reopened> measured) {
    table.row(
        what,
        "%.0f".formatted(Reopened.median(measured, Reopened::readyNanos) / 1e6),
        "%.0f".formatted(Reopened.median(measured, Reopened::heapBytes) / KIB),
        "%.0f".formatted(Reopened.median(measured, Reopened::pssBytes) / KIB));
  }

  private static void addShims(Table table, LiveShims shims, double host) throws IOException {
    double shim = LiveShims.meanPss(shims.shims());
    double init = LiveShims.meanPss(shims.inits());
    kib(table, "shim, PSS", shim);
    kib(table, "its init, PSS", init);
    kib(table, "both", shim + init);
    kib(table, "the host's memory, with command, kernel and page cache", host);
  }

  private static void addGrowth(
      Table table, List<Reopened> before, List<Reopened> after, int live) {
    double ready =
        Reopened.median(after, Reopened::readyNanos)
            - Reopened.median(before, Reopened::readyNanos);
    double heap =
        Reopened.median(after, Reopened::heapBytes) - Reopened.median(before, Reopened::heapBytes);
    double pss =
        Reopened.median(after, Reopened::pssBytes) - Reopened.median(before, Reopened::pssBytes);
    table.row("until ready again", "%.3f ms".formatted(ready / 1e6 / live));
    kib(table, "jobd's heap, of a job taken up", heap / live);
    kib(table, "jobd's PSS, of a job taken up", pss / live);
  }

  private static double growth(Reopened before, Reopened after) {
    return (double) (after.heapBytes() - before.heapBytes());
  }

  private static void kib(Table table, String what, double bytes) {
    table.row(what, "%.1f KiB".formatted(bytes / KIB));
  }
}
