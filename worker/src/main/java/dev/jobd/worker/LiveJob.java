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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is alive of one job: its shim, its cgroup, and the way from what the shim tells to the job's
 * state. When the shim is gone, whatever way it went, the evidence is read, the cgroup removed, the
 * verdict made durable and only then published, once.
 */
final class LiveJob implements ShimEvents {
  private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

  private final Job job;
  private final JobCgroup cgroup;
  private final JobStore store;
  private final Shims shims;
  private final Logger logger;
  private final LiveJobs others;
  private final LiveLimits limits;

  /** Completes when the command was executed or the job has ended, whichever comes first. */
  private final CompletableFuture<@Nullable Void> launched = new CompletableFuture<>();

  /** Whether the job's record is durable; completed when that is known. */
  private final CompletableFuture<Boolean> recorded = new CompletableFuture<>();

  private @Nullable ShimConnection shim;
  private @Nullable StopRequest pendingStop;

  /** Why this side could not launch the job; then the shim's record of it says nothing more. */
  private volatile Verdict.@Nullable Failed obstacle;

  /** Completes when the observer has been told all so far. */
  private CompletableFuture<Void> told = CompletableFuture.completedFuture(null);

  private volatile long lookedAgain = System.nanoTime() - 2 * RETRY_DELAY.toNanos();

  LiveJob(Job job, JobCgroup cgroup, JobStore store, Shims shims, Logger logger, LiveJobs others) {
    this.job = job;
    this.cgroup = cgroup;
    this.store = store;
    this.shims = shims;
    this.logger = logger;
    this.others = others;
    this.limits =
        new LiveLimits(job, cgroup, store::updateLimits, others, this::tellOfBounds, logger);
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
        conclude(ShimExit.SILENT);
      }
    } catch (IOException e) {
      logger.log(Level.ERROR, "connect to the shim of job " + job.id() + ", to be tried again", e);
      later(this::takeUp);
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
    await(store.update(stopping));
    CrashPoint.STOP_RECORDED.reached();
    tell(observer -> observer.stopAsked(stopping, request));
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
      tell(observer -> observer.started(running));
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
      await(store.updateLazily(running));
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
    if (now - lookedAgain > RETRY_DELAY.toNanos()) {
      lookedAgain = now;
      takeUp();
    } else {
      later(this::takeUp);
    }
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
    try {
      Verdict.Failed never = obstacle;
      settle(
          never == null ? Conclusion.of(job, shimExit, logger) : Conclusion.neverLaunched(never));
    } catch (IOException e) {
      logger.log(Level.ERROR, "read the exit record of job " + job.id() + ", to be tried again", e);
      later(() -> conclude(shimExit));
    }
  }

  /**
   * Ends a job that could not be launched, for a reason on this side.
   *
   * @throws IOException where the shim, if there is one, cannot be let go of
   */
  void fail(Obstacle met) throws IOException {
    logger.log(Level.ERROR, "launch job " + job.id() + ": step " + met.step(), met.cause());
    obstacle = met.verdict();
    recorded.complete(true);
    ShimConnection connection = connection();
    if (connection == null) {
      conclude(ShimExit.SILENT);
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
      removeRemains();
    } else {
      connection.takeBack();
      launched.join();
    }
  }

  private void removeRemains() {
    group().remove();
    try {
      StateDirectory.removeTree(job.directory());
    } catch (IOException e) {
      logger.log(Level.WARNING, "remove the directory of job " + job.id(), e);
    }
    others.release(job);
    others.remove(job, job.record());
    launched.complete(null);
    job.abandon("job " + job.id() + " could not be recorded, and was not started");
  }

  /**
   * Asks for the store's copy first, so that whoever hears of the end and then lists jobs finds it;
   * waits for it only where nothing else would tell the same after a crash.
   */
  private void settle(Conclusion conclusion) {
    CrashPoint.EXIT_READ.reached();
    limits.end();
    GroupRemains group = group();
    if (conclusion.populated()) {
      group.kill();
    }
    JobState.Ended end = conclusion.end().withUsage(group.used());
    JobRecord last = job.record().withState(end).withOutput(conclusion.output());
    CompletableFuture<Void> write = store.update(last);
    group.remove();
    CrashPoint.CGROUP_REMOVED.reached();
    if (conclusion.durable()) {
      publish(last, end);
      keepUntilRecorded(last, write);
    } else {
      keepUntilRecorded(last, write);
      publish(last, end);
    }
  }

  private GroupRemains group() {
    return new GroupRemains(job.id(), cgroup, logger);
  }

  private void publish(JobRecord last, JobState.Ended end) {
    others.release(job);
    job.toEnded(last, end);
    launched.complete(null);
    CrashPoint.END_PUBLISHED.reached();
    tell(observer -> observer.ended(job.record()));
  }

  /** In order, and on threads of its own: nothing waits for whoever is told. */
  private synchronized void tell(Consumer<JobObserver> news) {
    told =
        told.thenRunAsync(() -> news.accept(others.observer()), Thread::startVirtualThread)
            .exceptionally(this::notHeard);
  }

  private @Nullable Void notHeard(Throwable failure) {
    logger.log(Level.ERROR, "tell what has become of job " + job.id(), failure);
    return null;
  }

  /** Until its end is in the store, a job is found here. */
  private void keepUntilRecorded(JobRecord last, CompletableFuture<Void> write) {
    try {
      await(write);
      CrashPoint.END_STORED.reached();
      others.remove(job, last);
    } catch (IOException e) {
      logger.log(Level.ERROR, "record the end of job " + job.id() + ", to be tried again", e);
      later(() -> keepUntilRecorded(last, store.update(last)));
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
              if (others.find(job.id()).isPresent()) { // else the worker is closed
                Thread.ofVirtual().start(step);
              }
            });
  }

  /** The worker is closed. Whatever becomes of the job, the next worker finds out. */
  void abandon(String reason) {
    launched.completeExceptionally(new IllegalStateException(reason));
  }

  static <T> T await(CompletableFuture<T> write) throws IOException {
    try {
      return write.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
    }
  }
}
