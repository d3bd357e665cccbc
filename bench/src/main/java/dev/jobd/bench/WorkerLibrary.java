package dev.jobd.bench;

import dev.jobd.worker.Job;
import dev.jobd.worker.Worker;
import dev.jobd.worker.WorkerConfig;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.ReadRequest;
import dev.jobd.worker.model.Verdict;
import dev.jobd.worker.output.Follower;
import dev.jobd.worker.output.OutputEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;

/** jobd itself: a durable record, a cgroup with limits, all namespaces, a journal, a verdict. */
final class WorkerLibrary implements Contestant, AutoCloseable {
  static final long CPU_MILLIS = 1000;
  static final long MEMORY_BYTES = 256L << 20;
  static final long PIDS = 64;

  private static final Owner OWNER = new Owner("bench");

  private final String name;
  private final Worker worker;

  WorkerLibrary(String name, Path stateDirectory, Path shim) throws IOException {
    this.name = name;
    Limits limits = new Limits(CPU_MILLIS, MEMORY_BYTES, PIDS, null, null);
    worker = Worker.open(WorkerConfig.of(stateDirectory, shim).withDefaultLimits(limits));
  }

  /**
   * One run of {@link Command#ECHO} as clocks all along the way saw it.
   *
   * @param called the clock before the call
   * @param returned when the call that starts the job returned
   * @param chunk the first bytes, with the time when the shim read them
   * @param delivered when the follower had them
   * @param over when the end was known to those who wait for it
   */
  record Trace(
      Instant called,
      Instant returned,
      OutputEvent.Chunk chunk,
      Instant delivered,
      Instant over,
      JobRecord record) {}

  @Override
  public String name() {
    return name;
  }

  @Override
  public String isolation() {
    return "namespaces, limits, record";
  }

  @Override
  public Timing run(Command command) throws Exception {
    long start = System.nanoTime();
    Job job = worker.start(OWNER, JobSpec.builder(command.argv()).build());
    long firstByte = 0;
    if (command == Command.ECHO) {
      firstChunk(job);
      firstByte = System.nanoTime() - start;
    }
    JobState.Ended ended = job.await();
    long exit = System.nanoTime() - start;
    if (!(ended.verdict() instanceof Verdict.Exited(int code)) || code != 0) {
      throw new CommandFailedException("%s: %s".formatted(command, ended));
    }
    return new Timing(firstByte, exit);
  }

  Trace trace() throws Exception {
    Instant called = Instant.now();
    Job job = worker.start(OWNER, JobSpec.builder(Command.ECHO.argv()).build());
    Instant returned = Instant.now();
    OutputEvent.Chunk chunk = firstChunk(job);
    Instant delivered = Instant.now();
    job.await();
    return new Trace(called, returned, chunk, delivered, Instant.now(), job.record());
  }

  private static OutputEvent.Chunk firstChunk(Job job) throws IOException, InterruptedException {
    try (Follower follower = job.follow(ReadRequest.ALL)) {
      OutputEvent event = follower.take();
      if (event instanceof OutputEvent.Chunk chunk) {
        return chunk;
      }
      throw new AssertionError("no output, but " + event);
    }
  }

  @Override
  public void close() throws IOException {
    worker.close();
  }
}
