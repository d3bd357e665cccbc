package dev.jobd.worker;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.ReadRequest;
import dev.jobd.worker.model.Usage;
import dev.jobd.worker.output.Follower;
import dev.jobd.worker.output.JournalGrowth;
import dev.jobd.worker.output.JournalSize;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One job, live or ended. Safe for use by many threads.
 *
 * <p>This object owns the job's state: every change is one of the transitions below, made under its
 * lock, in the order {@code Starting → Running → (Stopping →) Ended}; one that comes too late
 * changes nothing. What a change sets off happens outside of the lock.
 */
public final class Job {
  private final Outputs outputs;
  private final JournalGrowth growth;
  private final JobInput input = new JobInput();
  private final CompletableFuture<JobState.Ended> ended = new CompletableFuture<>();

  private volatile JobRecord record;
  private volatile @Nullable LiveJob live;
  private @Nullable StopRequest stopRequest;

  private Job(JobRecord record, Outputs outputs, JournalGrowth growth) {
    this.record = record;
    this.outputs = outputs;
    this.growth = growth;
  }

  /** A job whose end is to come, and is told by {@link LiveJob}. */
  static Job live(JobRecord record, Outputs outputs) {
    Job job = new Job(record, outputs, new JournalGrowth());
    if (record.state() instanceof JobState.Stopping(var command, var by, int signal, var grace)) {
      job.stopRequest = new StopRequest(by, signal, grace);
    }
    return job;
  }

  /** A job that has ended, as its record tells. */
  static Job ended(JobRecord record, JobState.Ended state, Outputs outputs) {
    Job job = new Job(record, outputs, JournalGrowth.complete());
    job.ended.complete(state);
    job.input.jobEnded();
    return job;
  }

  public JobId id() {
    return record.id();
  }

  public Owner owner() {
    return record.owner();
  }

  public JobSpec spec() {
    return record.spec();
  }

  public JobState state() {
    return record.state();
  }

  /** Everything that is known of this job now. */
  public JobRecord record() {
    return record;
  }

  /**
   * Asks for the end of this job and returns at once; {@link #ended} tells when it is over. Does
   * nothing to an ended job.
   *
   * @throws IOException where the request cannot be recorded or passed on; the job then runs on
   */
  public void stop(StopRequest request) throws IOException {
    LiveJob target = live;
    if (target != null) {
      target.stop(request);
    }
  }

  /**
   * Completes when this job has ended, with its final state; already complete for an ended one.
   * Exceptionally where the worker is closed before.
   */
  public CompletionStage<JobState.Ended> ended() {
    return ended; // itself: a stage derived here would be kept by it until the end
  }

  /**
   * What this job uses and has used: as the kernel counts it now, where it lives; where it has
   * ended, what was recorded at its end. A job that is just ending may have nothing to tell.
   *
   * @throws IOException where the kernel's account of a live job cannot be read
   */
  public Usage usage() throws IOException {
    LiveJob running = live;
    if (running != null) {
      return running.usage();
    }
    return state() instanceof JobState.Ended ended ? ended.usage() : Usage.UNKNOWN;
  }

  /** Bytes of output kept so far. */
  public long outputBytes() throws IOException {
    return state() instanceof JobState.Ended
        ? record().output().kept()
        : JournalSize.bytes(directory());
  }

  /** See {@link Worker#changeLimits}. */
  LimitChange changeLimits(Limits asked, LiveLimits.Judge judge, LimitSteps steps)
      throws IOException {
    LiveJob running = live;
    if (running == null) {
      throw new JobEndedException(id());
    }
    return running.limits().change(asked, judge, steps);
  }

  /** Waits for this job's end. */
  public JobState.Ended await() throws InterruptedException {
    try {
      return ended.get();
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    }
  }

  /**
   * Reads this job's output. Where it has expired, the follower's first read tells so by an {@link
   * OutputExpiredException}, and where the job was deleted, by a {@link JobDeletedException}; one
   * that has begun to read has it to its end.
   */
  public Follower follow(ReadRequest request) {
    return outputs.follow(id(), growth, request);
  }

  /**
   * Sends this job's stdin from now on, in the place of whoever did. Until all is there and {@link
   * InputSender#end ended}, the job waits for it.
   *
   * @param wake run, on some thread, when the sender's state may be another; must not block
   * @throws StdinClosedException where the job was started without an {@link JobSpec#openStdin open
   *     stdin}
   * @throws IOException where the job cannot be told
   */
  public InputSender sendInput(Runnable wake) throws IOException {
    if (!spec().openStdin()) {
      throw new StdinClosedException(id());
    }
    return input.open(wake);
  }

  Path directory() {
    return outputs.directory(id());
  }

  JournalGrowth growth() {
    return growth;
  }

  JobInput input() {
    return input;
  }

  /** Waits until the command was executed or the job has ended. */
  void awaitLaunch() {
    LiveJob starting = live;
    if (starting != null) {
      starting.awaitLaunch();
    }
  }

  void attach(LiveJob liveJob) {
    live = liveJob;
  }

  /** The first stop that was asked for. */
  synchronized @Nullable StopRequest stopRequest() {
    return stopRequest;
  }

  /** Transition: the command was executed. Tells whether that was news. */
  synchronized boolean toRunning(JobState.Command command) {
    if (!(record.state() instanceof JobState.Starting)) {
      return false;
    }
    record =
        record.withState(
            stopRequest == null ? new JobState.Running(command) : stopping(command, stopRequest));
    return true;
  }

  /** Transition: a stop was asked for. The first who asks is remembered. */
  synchronized JobRecord toStopping(StopRequest request) {
    if (stopRequest == null) {
      stopRequest = request;
    }
    if (record.state() instanceof JobState.Running(JobState.Command command)) {
      record = record.withState(stopping(command, stopRequest));
    }
    return record;
  }

  private static JobState.Stopping stopping(JobState.Command command, StopRequest request) {
    return new JobState.Stopping(command, request.by(), request.signal(), request.grace());
  }

  /** The command runs on within other limits, which are recorded. */
  synchronized void limited(Limits limits) {
    record = record.withSpec(record.spec().withLimits(limits));
  }

  /** Transition: over. That is durable by now, here or with the shim; whoever waits is told. */
  void toEnded(JobRecord last, JobState.Ended state) {
    synchronized (this) {
      record = last.withSpec(record.spec()); // whose limits may have changed since
      live = null;
    }
    ended.complete(state);
    growth.finish();
    input.jobEnded();
  }

  /** Nobody will tell this job's end any more, for this reason; it may have one all the same. */
  void abandon(String reason) {
    LiveJob abandoned = live;
    if (abandoned != null) {
      abandoned.abandon(reason);
    }
    live = null;
    ended.completeExceptionally(new IllegalStateException(reason));
  }
}
