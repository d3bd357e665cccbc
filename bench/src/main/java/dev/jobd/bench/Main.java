package dev.jobd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Compares jobs with the other ways to run an isolated process, all in one run. Times depend on the
 * machine; ratios are what to look at.
 */
public final class Main {
  private static final int DEFAULT_ROUNDS = 200;

  /** Where nothing is written to a disk: shows what durable records cost. */
  private static final Path MEMORY = Path.of("/dev/shm");

  private static final Duration RATE_TIME = Duration.ofSeconds(3);

  private Main() {}

  /**
   * Measures and prints.
   *
   * @param args the distribution's directory, and how many rounds to measure
   */
  public static void main(String[] args) throws Exception {
    Path shim = Path.of(args[0]).resolve("libexec/jobd-shim");
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : DEFAULT_ROUNDS;
    Path directory = Files.createTempDirectory("jobd-bench");
    Path memory = Files.createTempDirectory(MEMORY, "jobd-bench");
    try (WorkerLibrary worker = new WorkerLibrary("jobd worker", directory.resolve("state"), shim);
        WorkerLibrary onMemory =
            new WorkerLibrary("jobd, state in memory", memory.resolve("state"), shim)) {
      List<Contestant> contestants = contestants(worker, onMemory, memory);
      System.out.printf(
          "One job at a time, %d rounds; state on %s%n%n%s%n",
          rounds, Files.getFileStore(directory).type(), Latency.measure(contestants, rounds));
      System.out.printf("Where the time goes%n%n%s%n", Phases.measure(worker, rounds));
      System.out.printf(
          "The same with the state in memory%n%n%s%n", Phases.measure(onMemory, rounds));
      System.out.printf(
          "As fast as they can, %d processors%n%n%s",
          Runtime.getRuntime().availableProcessors(), Rate.measure(contestants, RATE_TIME));
    } finally {
      delete(directory);
      delete(memory);
    }
  }

  private static List<Contestant> contestants(
      WorkerLibrary worker, WorkerLibrary onMemory, Path memory) throws IOException {
    List<Contestant> contestants = new ArrayList<>(List.of(worker, onMemory, Program.bare()));
    Program.unshare().ifPresent(contestants::add);
    Program.bubblewrap().ifPresent(contestants::add);
    for (String runtime : List.of("crun", "runc")) {
      Optional<String> path = Program.find(runtime);
      if (path.isPresent()) {
        contestants.add(OciRuntime.at(runtime, path.get(), memory));
      }
    }
    return contestants;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
