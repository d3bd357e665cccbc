package dev.jobd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How fast jobs start and end, beside the other ways to run an isolated process. */
final class Launching {
  private static final Duration RATE_TIME = Duration.ofSeconds(3);

  private Launching() {}

  static void measure(Path shim, int rounds) throws Exception {
    try (TemporaryDirectory disk = TemporaryDirectory.onDisk();
        TemporaryDirectory memory = TemporaryDirectory.inMemory();
        WorkerLibrary worker =
            new WorkerLibrary("jobd worker", disk.path().resolve("state"), shim);
        WorkerLibrary onMemory =
            new WorkerLibrary("jobd, state in memory", memory.path().resolve("state"), shim)) {
      List<Contestant> contestants = contestants(worker, onMemory, memory.path());
      System.out.printf(
          "One job at a time, %d rounds; state on %s%n%n%s%n",
          rounds, Files.getFileStore(disk.path()).type(), Latency.measure(contestants, rounds));
      System.out.printf("Where the time goes%n%n%s%n", Phases.measure(worker, rounds));
      System.out.printf(
          "The same with the state in memory%n%n%s%n", Phases.measure(onMemory, rounds));
      System.out.printf(
          "As fast as they can, %d processors%n%n%s%n",
          Runtime.getRuntime().availableProcessors(), Rate.measure(contestants, RATE_TIME));
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
}
