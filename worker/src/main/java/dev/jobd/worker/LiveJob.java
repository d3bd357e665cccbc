package dev.jobd.worker;

import dev.jobd.worker.cgroup.JobCgroup;
import dev.jobd.worker.launch.DamagedRecordException;
import dev.jobd.worker.launch.ErrnoException;
import dev.jobd.worker.launch.ExitRecord;
import dev.jobd.worker.launch.LaunchRequest;
import dev.jobd.worker.launch.ShimConnection;
import dev.jobd.worker.launch.ShimEvents;
import dev.jobd.worker.launch.ShimExit;
import dev.jobd.worker.launch.Shims;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.model.Verdict;
import dev.jobd.worker.store.JobStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is alive of one job: its shim, its cgroup, and the way from what the shim tells to the job's
 * state. When the shim is gone, whatever way it went, the evidence is read, the cgroup removed, the
 * verdict made durable and only then published, once.
 */
final class LiveJob implements ShimEvents {
  private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

  /** Protocol error: errno(3). */
  private static final int EPROTO = 71;

  private final Job job;
  private final JobCgroup cgroup;
  private final JobStore store;
  private final Logger logger;
  private final LiveJobs others;

  /** Completes when the command was executed or the job has ended, whichever comes first. */
  private final CompletableFuture<@Nullable Void> launched = new CompletableFuture<>();

  /** Whether the job's record is durable; completed when that is known. */
  private final CompletableFuture<Boolean> recorded = new CompletableFuture<>();

  private @Nullable ShimConnection shim;
  private @Nullable StopRequest pendingStop;
  private volatile boolean abandoned;

  LiveJob(Job job, JobCgroup cgroup, JobStore store, Logger logger, LiveJobs others) {
    this.job = job;
    this.cgroup = cgroup;
    this.store = store;
    this.logger = logger;
    this.others = others;
    job.attach(this);
  }

  /**
   * Spawns the job's shim, which prepares all but the command.
   *
   * @throws IOException where there is none; {@link #fail} is then left to do
   */
  void spawn(Shims shims, LaunchRequest request) throws IOException {
    connected(shims.spawn(job.id().toString(), request, this));
  }

  /**
   * The job is recorded: has the command executed, and waits until it was or the job has ended. Not
   * interruptibly: it is a matter of milliseconds, and then the caller knows what became of the
   * job.
   *
   * @throws IOException where the shim can neither be told nor be let go of
   * @throws IllegalStateException where the worker is closed before
   */
  void launch() throws IOException {
    recorded.complete(true);
    ShimConnection connection = connection();
    if (connection != null) {
      try {
        connection.launch();
      } catch (IOException e) {
        connection.takeBack(); // a shim that does not take its first word is to execute nothing
      }
    }
    try {
      launched.join();
    } catch (CompletionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  /**
   * Connects to the shim that an earlier worker spawned.
   *
   * @throws IOException where none lives
   */
  void reattach(Shims shims) throws IOException {
    recorded.complete(true);
    connected(shims.connect(job.directory(), this));
  }

  private void connected(ShimConnection connection) {
    StopRequest stop;
    synchronized (this) {
      shim = connection;
      stop = pendingStop;
    }
    job.growth().watchThrough(journalEnd -> watch(connection, journalEnd));
    if (stop != null) {
      try {
        connection.stop(stop.signal(), stop.grace());
      } catch (IOException e) {
        logger.log(Level.ERROR, "stop job " + job.id() + ", which has just started", e);
      }
    }
  }

  private void watch(ShimConnection connection, long journalEnd) {
    try {
      connection.watch(journalEnd);
    } catch (IOException e) {
      throw new UncheckedIOException("watch the journal of job " + job.id(), e);
    }
  }

  /**
   * Records who wants the stop, durably, then passes it on: a verdict can always say by whom. One
   * that comes before there is a shim waits for it.
   */
  void stop(StopRequest request) throws IOException {
    await(store.update(job.toStopping(request.by())));
    synchronized (this) {
      pendingStop = request;
    }
    ShimConnection connection = connection();
    if (connection != null) {
      connection.stop(request.signal(), request.grace());
    }
  }

  private synchronized @Nullable ShimConnection connection() {
    return shim;
  }

  @Override
  public void started(int pid, Instant at) {
    if (job.toRunning(new JobState.Command(pid, at))) {
      // Not waited for: should it be lost in a crash, the shim or the exit record tells it again.
      // On a thread of its own, because the store makes its callers wait when it is full.
      Thread.ofVirtual().start(() -> recordStart(job.record()));
    }
    launched.complete(null);
  }

  @Override
  public void grew(long journalEnd) {
    job.growth().grew(journalEnd);
  }

  private void recordStart(JobRecord running) {
    try {
      await(store.update(running));
    } catch (IOException e) {
      logger.log(Level.ERROR, "record the start of job " + job.id(), e);
    }
  }

  @Override
  public void closed(int pid) {
    Thread.ofVirtual().start(() -> closed(Shims.reap(pid)));
  }

  /** Whether there is a job to conclude is known when its record is durable, or is not to be. */
  private void closed(ShimExit shimExit) {
    if (recorded.join()) {
      conclude(shimExit);
    } else {
      removeRemains();
    }
  }

  /**
   * The shim is gone. Finds out how the job ended, leaves nothing of it behind, and publishes.
   *
   * <p>Evidence that cannot be read now, for want of descriptors for example, is not evidence of
   * anything: the job stays as it is until it can be.
   */
  void conclude(ShimExit shimExit) {
    Optional<ExitRecord> exit;
    JobState.Ended end;
    try {
      exit = ExitRecord.read(job.directory());
      end = exit.isPresent() ? endOf(exit.get()) : endWithoutRecord(shimExit);
    } catch (DamagedRecordException e) {
      logger.log(Level.ERROR, "read " + job.directory(), e);
      exit = Optional.empty();
      end = end(new Verdict.Lost(String.valueOf(e.getMessage())));
    } catch (IOException e) {
      logger.log(Level.ERROR, "read the exit record of job " + job.id() + ", to be tried again", e);
      later(() -> conclude(shimExit));
      return;
    }
    removeCgroup(exit.isEmpty() || exit.get().survivors());
    conclude(end, sizeOf(exit));
  }

  /** Ends a job that could not be launched, at a step before there was a shim. */
  void fail(String step, IOException cause) {
    int errno = cause instanceof ErrnoException e ? e.errno() : 0;
    String message = String.valueOf(cause.getMessage());
    Verdict failed = new Verdict.Failed(step, errno, message);
    recorded.complete(true);
    removeCgroup(false);
    conclude(new JobState.Ended(null, Instant.now(), failed), OutputSize.NONE);
  }

  /** Takes a job back that could not be recorded, and undoes what was made for it. */
  void discard() throws IOException {
    recorded.complete(false);
    ShimConnection connection = connection();
    if (connection == null) {
      removeRemains();
    } else {
      connection.takeBack();
      launched.join();
    }
  }

  private void removeRemains() {
    removeCgroup(false);
    try {
      StateDirectory.removeTree(job.directory());
    } catch (IOException e) {
      logger.log(Level.WARNING, "remove the directory of job " + job.id(), e);
    }
    others.freeName(job);
    others.remove(job);
    launched.complete(null);
    job.abandon("job " + job.id() + " could not be recorded, and was not started");
  }

  private void conclude(JobState.Ended state, OutputSize size) {
    JobRecord last = job.record().withState(state).withOutput(size);
    boolean recorded = recordEnd(last);
    others.freeName(job);
    job.toEnded(last, state);
    if (recorded) {
      others.remove(job);
    } else {
      later(() -> recordEndAgain(last));
    }
    launched.complete(null);
  }

  private boolean recordEnd(JobRecord last) {
    try {
      await(store.update(last));
      return true;
    } catch (IOException e) {
      // The verdict is durable all the same, by the exit record. Until it is in the store, too, the
      // job is kept in memory.
      logger.log(Level.ERROR, "record the end of job " + job.id() + ", to be tried again", e);
      return false;
    }
  }

  private void recordEndAgain(JobRecord last) {
    if (recordEnd(last)) {
      others.remove(job);
    } else {
      later(() -> recordEndAgain(last));
    }
  }

  /**
   * Nobody tells when a disk has room or a descriptor is free again: what they refused is tried
   * again, unhurriedly.
   */
  private void later(Runnable step) {
    CompletableFuture.delayedExecutor(RETRY_DELAY.toMillis(), TimeUnit.MILLISECONDS)
        .execute(
            () -> {
              if (!abandoned) {
                Thread.ofVirtual().start(step);
              }
            });
  }

  /** The worker is closed. Whatever becomes of the job, the next worker finds out. */
  void abandon(String reason) {
    abandoned = true;
    launched.completeExceptionally(new IllegalStateException(reason));
  }

  private JobState.Ended endOf(ExitRecord exit) {
    if (exit.journalFailed()) {
      logger.log(
          Level.ERROR, "the journal of job {0} may lack its end: the disk refused it", job.id());
    }
    JobState.Command command =
        exit.started() == null ? null : new JobState.Command(exit.pid(), exit.started());
    return new JobState.Ended(command, exit.ended(), Verdicts.of(exit, job.stopRequestedBy()));
  }

  private JobState.Ended endWithoutRecord(ShimExit shimExit) {
    return end(
        switch (shimExit) {
          case BAD_REQUEST ->
              new Verdict.Failed("request", EPROTO, "the shim refused its launch request");
          case NO_RECORD -> new Verdict.Lost("its shim could not write an exit record");
          case UNREMARKABLE -> new Verdict.Lost("its shim ended without an exit record");
        });
  }

  private JobState.Ended end(Verdict verdict) {
    JobState.Command command =
        switch (job.state()) {
          case JobState.Running(JobState.Command ran) -> ran;
          case JobState.Stopping(JobState.Command ran, String by) -> ran;
          case JobState.Starting starting -> null;
          case JobState.Ended already -> already.command();
        };
    return new JobState.Ended(command, Instant.now(), verdict);
  }

  private static OutputSize sizeOf(Optional<ExitRecord> exit) {
    return exit.map(e -> new OutputSize(e.output(), e.dropped())).orElse(OutputSize.NONE);
  }

  private void removeCgroup(boolean killFirst) {
    try {
      if (killFirst) {
        cgroup.kill();
      }
      cgroup.remove();
    } catch (IOException e) {
      logger.log(Level.ERROR, "remove the cgroup of job " + job.id(), e);
    }
  }

  static void await(CompletableFuture<Void> write) throws IOException {
    try {
      write.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
    }
  }
}
