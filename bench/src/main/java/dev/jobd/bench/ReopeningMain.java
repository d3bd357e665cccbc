package dev.jobd.bench;

import dev.jobd.worker.Worker;
import dev.jobd.worker.WorkerConfig;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.Owner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Opens one worker, adds jobs to its state directory, and prints what that cost. */
public final class ReopeningMain {
  private static final Owner OWNER = new Owner("bench");
  private static final int STARTERS = 8;

  private ReopeningMain() {}

  /**
   * Measures and prints one line.
   *
   * @param args the state directory, the shim, how many jobs to run to their end, and how many to
   *     leave alive
   */
  public static void main(String[] args) throws Exception {
    WorkerConfig config = WorkerConfig.of(Path.of(args[0]), Path.of(args[1]));
    int finished = Integer.parseInt(args[2]);
    int live = Integer.parseInt(args[3]);
    long start = System.nanoTime();
    try (Worker worker = Worker.open(config)) {
      long ready = System.nanoTime() - start;
      each(finished, () -> worker.start(OWNER, JobSpec.of("/bin/true")).await());
      each(live, () -> worker.start(OWNER, JobSpec.of("/bin/sleep", "infinity")));
      // A second collection frees what the first has found to be reachable weakly alone.
      System.gc();
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      long heap = runtime.totalMemory() - runtime.freeMemory();
      System.out.println(new Reopened(ready, heap, HostMemory.pss("self")).toLine());
    }
  }

  private static void each(int count, Callable<?> job) throws Exception {
    List<Future<?>> jobs = new ArrayList<>();
    try (ExecutorService starters = Executors.newFixedThreadPool(STARTERS)) {
      for (int i = 0; i < count; i++) {
        jobs.add(starters.submit(job));
      }
    }
    for (Future<?> future : jobs) {
      future.get();
    }
  }
}
