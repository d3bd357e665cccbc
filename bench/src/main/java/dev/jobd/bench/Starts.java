package dev.jobd.bench;

import dev.jobd.worker.Job;
import dev.jobd.worker.Worker;
import dev.jobd.worker.WorkerConfig;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.Owner;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How many starts a second are acknowledged: recorded and executed. Where the state directory is in
 * memory, a sync costs nothing, and all else is the same.
 */
final class Starts {
  private static final int[] CLIENTS = {1, 32};
  private static final Owner OWNER = new Owner("bench");
  private static final int WARM_UP = 200;
  private static final int BLOCK_BYTES = 4096;

  private Starts() {}

  static Table measure(Path shim, Duration duration) throws Exception {
    Table table = new Table("durability", "1 client", "32 clients", "fdatasync alone");
    try (TemporaryDirectory disk = TemporaryDirectory.onDisk();
        TemporaryDirectory memory = TemporaryDirectory.inMemory()) {
      row(table, "on", disk.path(), shim, duration);
      row(table, "off", memory.path(), shim, duration);
      return table;
    }
  }

  private static void row(Table table, String name, Path directory, Path shim, Duration duration)
      throws Exception {
    String type = Files.getFileStore(directory).type();
    List<String> row = new ArrayList<>(List.of(name + ", " + type));
    try (Worker worker = Worker.open(WorkerConfig.of(directory.resolve("state"), shim))) {
      for (int i = 0; i < WARM_UP; i++) {
        start(worker).await();
      }
      for (int clients : CLIENTS) {
        row.add("%.0f".formatted(perSecond(worker, clients, duration)));
      }
    }
    row.add("%.0f".formatted(syncsPerSecond(directory.resolve("sync"), duration)));
    table.row(row.toArray(String[]::new));
  }

  private static Job start(Worker worker) throws Exception {
    return worker.start(OWNER, JobSpec.of("/bin/true"));
  }

  private static double perSecond(Worker worker, int clients, Duration duration) throws Exception {
    long begin = System.nanoTime();
    long end = begin + duration.toNanos();
    List<Future<List<Job>>> started = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(clients)) {
      for (int i = 0; i < clients; i++) {
        started.add(executor.submit(() -> startUntil(end, worker)));
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    int count = 0;
    for (Future<List<Job>> jobs : started) {
      for (Job job : jobs.get()) {
        job.await(); // so that the next measurement finds the machine at rest
        count++;
      }
    }
    return count / seconds;
  }

  private static List<Job> startUntil(long end, Worker worker) throws Exception {
    List<Job> started = new ArrayList<>();
    while (System.nanoTime() - end < 0) {
      started.add(start(worker));
    }
    return started;
  }

  /** What the disk gives one writer of blocks: what starts one after another cannot exceed. */
  private static double syncsPerSecond(Path file, Duration duration) throws Exception {
    long begin = System.nanoTime();
    int count = 0;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      while (System.nanoTime() - begin < duration.toNanos() / 5) {
        channel.write(ByteBuffer.allocate(BLOCK_BYTES));
        channel.force(false);
        count++;
      }
    }
    return count / ((System.nanoTime() - begin) / 1e9);
  }
}
