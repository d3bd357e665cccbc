package dev.jobd.worker;

import dev.jobd.worker.model.ReadRequest;
import dev.jobd.worker.output.Follower;
import dev.jobd.worker.output.OutputEvent;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A process that is killed: opens a worker, runs {@link Errand}s, and says each thing before it
 * asks for it and once it is acknowledged. {@link DoomedProcess} reads that.
 */
final class DoomedServer {
  /** Threads that run errands at random. */
  private static final int STARTERS = 3;

  /** Endless jobs that are left running at a time. */
  private static final int MAX_ENDLESS = 4;

  /** Enough for the follower to wait for more. */
  private static final int LINES_FOLLOWED = 3;

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
  private final AtomicInteger endless = new AtomicInteger();
  private final Worker worker;
  private final Path ran;

  private DoomedServer(Worker worker, Path ran) {
    this.worker = worker;
    this.ran = ran;
  }

  /**
   * Runs until it is killed.
   *
   * @param args the shim, the state directory, where jobs say that they ran, and a seed for errands
   *     at random; without one, each errand once
   */
  public static void main(String[] args) throws Exception {
    Worker worker = Worker.open(config(Path.of(args[1]), Path.of(args[0])));
    DoomedServer server = new DoomedServer(worker, Path.of(args[2]));
    server.say("opened");
    if (args.length > 3) {
      server.runAtRandom(Long.parseLong(args[3]));
    } else {
      for (Errand errand : Errand.all()) {
        server.run(errand);
      }
    }
    new CountDownLatch(1).await();
  }

  /** Of servers that compress outputs at once. */
  static WorkerConfig config(Path state, Path shim) {
    return WorkerConfig.of(state, shim)
        .withRetention(Retention.DEFAULT.withCompressAfter(Duration.ZERO));
  }

  private void runAtRandom(long seed) {
    for (int i = 0; i < STARTERS; i++) {
      Random random = new Random(seed + i);
      Thread.ofPlatform().start(() -> runForEver(random));
    }
  }

  private void runForEver(Random random) {
    try {
      while (true) {
        Errand errand = Errand.all().get(random.nextInt(Errand.all().size()));
        boolean tooMany = errand == Errand.ENDLESS && endless.incrementAndGet() > MAX_ENDLESS;
        run(tooMany ? Errand.STOPPED : errand);
      }
    } catch (Exception e) {
      say("failed " + e);
    }
  }

  private void run(Errand errand) throws Exception {
    Job job = worker.start(TestWorker.ALICE, errand.spec(ran));
    say("started " + job.id());
    switch (errand) {
      case QUICK -> {
        TestWorker.output(job); // waits for it to grow, again and again
        awaitEnd(job);
      }
      case ENDLESS -> follow(job);
      case STOPPED -> {
        say("stopping " + job.id());
        job.stop(new StopRequest("alice", StopRequest.SIGTERM, Duration.ofHours(1)));
        say("stopped " + job.id());
        awaitEnd(job);
      }
      case DELETED -> {
        awaitEnd(job);
        say("deleting " + job.id());
        worker.delete(job.id());
        say("deleted " + job.id());
      }
    }
  }

  private void awaitEnd(Job job) throws InterruptedException {
    say("ended " + job.id() + " " + job.await().verdict());
  }

  private static void follow(Job job) throws IOException, InterruptedException {
    try (Follower follower = job.follow(ReadRequest.ALL)) {
      for (int chunks = 0; chunks < LINES_FOLLOWED; chunks++) {
        if (!(follower.take() instanceof OutputEvent.Chunk)) {
          throw new AssertionError("an endless job's output has an end");
        }
      }
    }
  }

  private void say(String line) {
    out.println(line);
  }
}
