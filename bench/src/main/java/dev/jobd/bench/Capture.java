package dev.jobd.bench;

import dev.jobd.worker.Job;
import dev.jobd.worker.StopRequest;
import dev.jobd.worker.Worker;
import dev.jobd.worker.WorkerConfig;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Owner;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How fast a job can print: the shim beside {@code cat}, each taking the same program's output from
 * a pipe and putting it into a file. No sync is in the time: the shim makes one at the job's end.
 */
final class Capture {
  private static final Owner OWNER = new Owner("bench");
  private static final int WARM_UP_ROUNDS = 1;
  private static final int LINES = 2_000_000;

  private final Worker worker;
  private final Path directory;
  private final Path stateDirectory;

  private Capture(Worker worker, Path directory, Path stateDirectory) {
    this.worker = worker;
    this.directory = directory;
    this.stateDirectory = stateDirectory;
  }

  /** How long it took to print all, and the processor's time for capturing it. */
  private record Run(long nanos, long cpuNanos) {}

  /**
   * A program that prints.
   *
   * @param script for a shell
   * @param amount how many units it prints, as the rate and the processor's time are told
   * @param cpuUnits for how many units the processor's time is told
   */
  private record Workload(String script, double amount, String rate, double cpuUnits, String cpu) {

    static Workload blocks(int mebibytes) {
      return new Workload(
          "dd if=/dev/zero bs=64k status=none count=" + mebibytes * 16L,
          mebibytes,
          "MiB/s",
          1e9 / (1 << 20),
          "its CPU s per GB");
    }

    static Workload lines(int count) {
      return new Workload(
          "perl -e '$| = 1; print \"$_\\n\" for 1.." + count + "'",
          count,
          "lines/s",
          1e6,
          "its CPU s per million");
    }
  }

  static void measure(Path shim, int rounds, int mebibytes) throws Exception {
    try (TemporaryDirectory disk = TemporaryDirectory.onDisk()) {
      Path state = disk.path().resolve("state");
      WorkerConfig config = WorkerConfig.of(state, shim).withDefaultLimits(Limits.NONE);
      try (Worker worker = Worker.open(config)) {
        Capture capture = new Capture(worker, disk.path(), state);
        System.out.printf(
            "Capture: a program prints %d MiB, on %s, %d rounds%n%n%s%n",
            mebibytes,
            Files.getFileStore(disk.path()).type(),
            rounds,
            capture.compare(Workload.blocks(mebibytes), rounds));
        System.out.printf(
            "Capture: a program writes %,d short lines one by one%n%n%s%n",
            LINES, capture.compare(Workload.lines(LINES), rounds));
      }
    }
  }

  private Table compare(Workload workload, int rounds) throws Exception {
    Samples cat = new Samples();
    Samples catCpu = new Samples();
    Samples shim = new Samples();
    Samples shimCpu = new Samples();
    for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
      Run byCat = cat(workload.script);
      Run byShim = shim(workload.script);
      if (round >= 0) {
        cat.add(byCat.nanos);
        catCpu.add(byCat.cpuNanos);
        shim.add(byShim.nanos);
        shimCpu.add(byShim.cpuNanos);
      }
    }
    Table table = new Table("contestant", workload.rate, "slowest", "ratio", workload.cpu);
    row(table, "cat > file", workload, cat, catCpu, cat);
    row(table, "jobd-shim", workload, shim, shimCpu, cat);
    return table;
  }

  private static void row(
      Table table, String name, Workload workload, Samples times, Samples cpu, Samples cat) {
    table.row(
        name,
        "%,.0f".formatted(workload.amount / times.medianMillis() * 1e3),
        "%,.0f".formatted(workload.amount / times.percentileMillis(100) * 1e3),
        "%.2fx".formatted(cat.medianMillis() / times.medianMillis()),
        "%.3f".formatted(cpu.medianMillis() / 1e3 / workload.amount * workload.cpuUnits));
  }

  /** The shell tells the real, user and system time of cat alone. */
  private Run cat(String writer) throws Exception {
    Path file = directory.resolve("cat");
    String script = "TIMEFORMAT='%3R %3U %3S'; " + writer + " | { time cat > \"$0\"; }";
    Process process = new ProcessBuilder("bash", "-c", script, file.toString()).start();
    String times = new String(process.getErrorStream().readAllBytes(), StandardCharsets.US_ASCII);
    if (process.waitFor() != 0) {
      throw new CommandFailedException(script + ": " + times);
    }
    Files.delete(file);
    String[] seconds = times.strip().split(" ", 3);
    return new Run(nanos(seconds[0]), nanos(seconds[1]) + nanos(seconds[2]));
  }

  private static long nanos(String seconds) {
    return Math.round(Double.parseDouble(seconds) * 1e9);
  }

  /** The job tells through a FIFO that all is written, and lives on, so that its shim does. */
  private Run shim(String writer) throws Exception {
    Path written = directory.resolve("written");
    if (new ProcessBuilder("mkfifo", written.toString()).start().waitFor() != 0) {
      throw new IOException("cannot make the FIFO " + written);
    }
    String script = writer + "; : > \"$0\"; exec sleep 1000";
    List<String> command = List.of("sh", "-c", script, written.toString());
    Job job = worker.start(OWNER, JobSpec.builder(command).build());
    try (InputStream _ = Files.newInputStream(written)) { // opens when the job opens it
      return new Run(Duration.between(executed(job), Instant.now()).toNanos(), cpuNanosOfShim());
    } finally {
      job.stop(StopRequest.kill("bench"));
      job.await();
      worker.delete(job.id());
      Files.delete(written);
    }
  }

  private static Instant executed(Job job) {
    if (job.state() instanceof JobState.Running(JobState.Command command)) {
      return command.startedAt();
    }
    throw new AssertionError("does not run: " + job.state());
  }

  /** Of the one job's shim. */
  private long cpuNanosOfShim() throws IOException {
    ProcessHandle shim = LiveShims.of(stateDirectory).shims().getFirst();
    String schedule = Files.readString(Path.of("/proc", Long.toString(shim.pid()), "schedstat"));
    return Long.parseLong(schedule.substring(0, schedule.indexOf(' ')));
  }
}
