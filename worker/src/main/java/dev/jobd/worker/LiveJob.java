package dev.jobd.worker;

import dev.jobd.worker.cgroup.JobCgroup;
import dev.jobd.worker.launch.CrashPoint;
import dev.jobd.worker.launch.InputNews;
import dev.jobd.worker.launch.LaunchRequest;
import dev.jobd.worker.launch.ShimConnection;
import dev.jobd.worker.launch.ShimEvents;
import dev.jobd.worker.launch.ShimExit;
import dev.jobd.worker.launch.Shims;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Usage;
import dev.jobd.worker.store.JobStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * What is alive of one job: the talk with its shim, and the way from what that tells to the job's
 * state. When the shim is gone, {@link JobEnd} has the job.
 */
final class LiveJob implements ShimEvents {
  private final Job job;
  private final JobCgroup cgroup;
  private final JobStore store;
  private final Shims shims;
  private final Logger logger;
  private final LiveJobs jobs;
  private final LiveLimits limits;
  private final JobNews news;
  private final JobEnd end;

  /** Completes when the command was executed or the job has ended, whichever comes first. */
  private final CompletableFuture<@Nullable Void> launched = new CompletableFuture<>();

  /** Whether the job's record is durable; completed when that is known. */
  private final CompletableFuture<Boolean> recorded = new CompletableFuture<>();

  private @Nullable ShimConnection shim;
  private @Nullable StopRequest pendingStop;

  private volatile long lookedAgain = System.nanoTime() - 2 * LiveJobs.RETRY_DELAY.toNanos();

  /**
   * @param observer told what becomes of the job
   */
  LiveJob(
      Job job,
      JobCgroup cgroup,
      JobStore store,
      Shims shims,
      LiveJobs jobs,
      JobObserver observer,
      Logger logger) {
    this.job = job;
    this.cgroup = cgroup;
    this.store = store;
    this.shims = shims;
    this.logger = logger;
    this.jobs = jobs;
    this.limits =
        new LiveLimits(job, cgroup, store::updateLimits, jobs, this::tellOfBounds, logger);
    this.news = new JobNews(job.id(), observer, logger);
    this.end = new JobEnd(job, cgroup, limits, store, jobs, news, logger);
    var _ = job.ended().thenRun(() -> launched.complete(null));
    job.attach(this);
  }

  /**
   * Gives the job to a shim, which prepares all that the job's cgroup is not needed for.
   *
   * @throws IOException where there is none; {@link #fail} is then left to do
   */
  void spawn(LaunchRequest request) throws IOException {
    connected(shims.launch(request, this));
  }

  Job job() {
    return job;
  }

  LiveLimits limits() {
    return limits;
  }

  /** As the kernel counts it now. */
  Usage usage() throws IOException {
    return cgroup.usage();
  }

  /** The job's cgroup is there, with its limits: the shim may make the inside of the job. */
  void enter() throws IOException {
    ShimConnection connection = connection();
    if (connection != null) {
      connection.enter();
    }
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
        CrashPoint.LAUNCH_SENT.reached();
      } catch (IOException e) {
        connection.takeBack(); // a shim that does not take its first word is to execute nothing
      }
    }
    awaitLaunch();
  }

  /**
   * Waits until the command was executed or the job has ended.
   *
   * @throws IllegalStateException where the worker is closed before
   */
  void awaitLaunch() {
    try {
      launched.join();
    } catch (CompletionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  /**
   * Takes over the job of an earlier worker: from its shim, or from what that left if none lives.
   *
   * <p>Where it cannot be told now whether one lives, for want of descriptors for example, that
   * says nothing of the job, which stays as it is until it can be.
   */
  void takeUp() {
    recorded.complete(true);
    limits.unsettle();
    try {
      Optional<ShimConnection> connection = shims.connect(job.directory(), this);
      if (connection.isPresent()) {
        connected(connection.get());
        resumeStop(connection.get());
        tellOfBounds(); // that the earlier worker may have written, and not told
      } else {
        end.conclude(ShimExit.SILENT);
      }
    } catch (IOException e) {
      logger.log(Level.ERROR, "connect to the shim of job " + job.id() + ", to be tried again", e);
      jobs.later(job, this::takeUp);
    }
  }

  /** A stop that the earlier worker recorded may not have come to the shim. */
  private void resumeStop(ShimConnection connection) {
    StopRequest stop = job.stopRequest();
    try {
      if (stop != null) {
        connection.resumeStop(stop.signal(), stop.grace());
      }
    } catch (IOException e) {
      logger.log(Level.ERROR, "stop job " + job.id() + ", which was asked for before", e);
    }
  }

  /** Where there is no shim now, it is told when there is again, or the job's end lifts them. */
  private void tellOfBounds() {
    ShimConnection connection = connection();
    try {
      if (connection != null) {
        connection.boundsWritten();
      }
    } catch (IOException e) {
      logger.log(Level.WARNING, "tell the shim of job " + job.id() + " of its bounds", e);
    }
  }

  private void connected(ShimConnection connection) {
    StopRequest stop;
    synchronized (this) {
      shim = connection;
      stop = pendingStop;
      pendingStop = null;
    }
    job.growth().watchThrough(journalEnd -> watch(connection, journalEnd));
    try {
      job.input().connected(connection);
    } catch (IOException e) {
      logger.log(Level.ERROR, "go on with the input of job " + job.id(), e);
    }
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
    CrashPoint.STOP_ASKED.reached();
    JobRecord stopping = job.toStopping(request);
    JobStore.await(store.update(stopping));
    CrashPoint.STOP_RECORDED.reached();
    news.tell(observer -> observer.stopAsked(stopping, request));
    ShimConnection connection = connectionOrPending(request);
    if (connection != null) {
      connection.stop(request.signal(), request.grace());
      CrashPoint.STOP_SENT.reached();
    }
  }

  private synchronized @Nullable ShimConnection connectionOrPending(StopRequest request) {
    pendingStop = shim == null ? request : null;
    return shim;
  }

  private void disconnected() {
    synchronized (this) {
      shim = null;
    }
    job.input().disconnected();
  }

  private synchronized @Nullable ShimConnection connection() {
    return shim;
  }

  @Override
  public void started(int pid, Instant at) {
    CrashPoint.START_REPORTED.reached();
    if (job.toRunning(new JobState.Command(pid, at))) {
      // Not waited for: should it be lost in a crash, the shim or the exit record tells it again.
      // On a thread of its own, because the store makes its callers wait when it is full.
      Thread.ofVirtual().start(() -> recordStart(job.record()));
      JobRecord running = job.record();
      news.tell(observer -> observer.started(running));
    }
    launched.complete(null);
  }

  /** The job runs on, and its exit record will tell its end; nobody waits for its start. */
  @Override
  public void notUnderstood(int version) {
    logger.log(
        Level.ERROR,
        "job {0} runs on, but its shim speaks version {1} of the control protocol, which this jobd"
            + " does not know: until it ends, it can be neither stopped nor followed",
        job.id(),
        version);
    launched.complete(null);
  }

  @Override
  public void grew(long journalEnd) {
    CrashPoint.OUTPUT_GREW.reached();
    job.growth().grew(journalEnd);
  }

  @Override
  public void input(InputNews news) {
    try {
      job.input().hear(news);
    } catch (IOException e) {
      logger.log(Level.ERROR, "go on with the input of job " + job.id(), e);
    }
  }

  private void recordStart(JobRecord running) {
    try {
      JobStore.await(store.updateLazily(running));
      CrashPoint.START_RECORDED.reached();
    } catch (IOException e) {
      logger.log(Level.ERROR, "record the start of job " + job.id(), e);
    }
  }

  @Override
  public void closed(boolean told, int pid) {
    CrashPoint.SHIM_LEFT.reached();
    Thread.ofVirtual().start(() -> told(told, pid));
  }

  /**
   * A shim that has said all is not waited for: it still has the kernel's part of its end to do.
   */
  private void told(boolean told, int pid) {
    if (told) {
      closed(ShimExit.TOLD);
      Shims.reap(pid);
    } else if (pid == Shims.NO_CHILD) {
      lookAgain();
    } else {
      closed(Shims.reap(pid));
    }
  }

  /**
   * A shim that is no child has gone when nobody listens at its socket any more: that it closed a
   * connection is no evidence, since it bounds how many it has.
   */
  private void lookAgain() {
    disconnected();
    long now = System.nanoTime();
    if (now - lookedAgain > LiveJobs.RETRY_DELAY.toNanos()) {
      lookedAgain = now;
      takeUp();
    } else {
      jobs.later(job, this::takeUp);
    }
  }

  /** Whether there is a job to conclude is known when its record is durable, or is not to be. */
  private void closed(ShimExit shimExit) {
    if (recorded.join()) {
      end.conclude(shimExit);
    } else {
      takenBack();
    }
  }

  /**
   * Ends a job that could not be launched, for a reason on this side.
   *
   * @throws IOException where the shim, if there is one, cannot be let go of
   */
  void fail(Obstacle met) throws IOException {
    logger.log(Level.ERROR, "launch job " + job.id() + ": step " + met.step(), met.cause());
    end.obstructed(met.verdict());
    recorded.complete(true);
    ShimConnection connection = connection();
    if (connection == null) {
      end.conclude(ShimExit.SILENT);
    } else {
      connection.takeBack();
      launched.join();
    }
  }

  /** Takes a job back that could not be recorded, and undoes what was made for it. */
  void discard() throws IOException {
    recorded.complete(false);
    ShimConnection connection = connection();
    if (connection == null) {
      takenBack();
    } else {
      connection.takeBack();
      launched.join();
    }
  }

  private void takenBack() {
    end.undo();
    launched.complete(null);
    job.abandon("job " + job.id() + " could not be recorded, and was not started");
  }

  /** The worker is closed. Whatever becomes of the job, the next worker finds out. */
  void abandon(String reason) {
    launched.completeExceptionally(new IllegalStateException(reason));
  }
}
