package dev.jobd.worker;

import dev.jobd.worker.cgroup.Cgroups;
import dev.jobd.worker.cgroup.DiskSearch;
import dev.jobd.worker.cgroup.JobCgroup;
import dev.jobd.worker.launch.CrashPoint;
import dev.jobd.worker.launch.LaunchRequest;
import dev.jobd.worker.launch.Shims;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.Page;
import dev.jobd.worker.model.RequestId;
import dev.jobd.worker.model.RequestedJob;
import dev.jobd.worker.model.StartRequest;
import dev.jobd.worker.model.Verdict;
import dev.jobd.worker.store.JobStore;
import dev.jobd.worker.store.SqliteJobStore;
import dev.jobd.worker.store.Uncompressed;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Runs jobs on this host. Jobs do not depend on the worker that started them: one that is opened
 * later on the same state directory finds them.
 *
 * <p>A job is recorded, durably, before anything of it is launched, and answered when its command
 * has been executed. Safe for use by many threads.
 */
public final class Worker implements AutoCloseable {
  private static final String DEFAULT_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final WorkerConfig config;
  private final LimitPolicy policy;
  private final DiskSearches searches = new DiskSearches(DiskSearches.PATIENCE);
  private final LimitChanges changes;
  private final StateDirectory state;
  private final JobStore store;
  private final Cgroups cgroups;
  private final Shims shims;
  private final Compressor compressor;
  private final Collector collector;
  private final Outputs outputs;
  private final OutputRoom outputRoom;
  private final LiveJobs live;
  private final RequestTurns turns = new RequestTurns();
  private final Orphans orphans;

  private Worker(
      WorkerConfig config,
      LimitPolicy policy,
      StateDirectory state,
      SqliteJobStore store,
      Cgroups cgroups,
      Shims shims) {
    this.config = config;
    this.policy = policy;
    this.state = state;
    this.store = store;
    this.changes = new LimitChanges(LimitChanges.PATIENCE, config.logger());
    InstantSource clock = InstantSource.system();
    this.compressor = new Compressor(config.retention(), store, state, clock, config.logger());
    this.collector =
        new Collector(config.retention(), store, state, compressor, clock, config.logger());
    this.outputs = new Outputs(state, store, config.chunkBytes());
    QuotaLedger quotas = new QuotaLedger(policy, System::nanoTime);
    this.outputRoom = new OutputRoom(quotas, store, collector);
    this.live = new LiveJobs(quotas, this::lookAfterEnded);
    this.cgroups = cgroups;
    this.shims = shims;
    this.orphans = new Orphans(state, store, cgroups, shims, live, config.logger());
  }

  /**
   * Opens a worker on a state directory and takes up the jobs that it finds there.
   *
   * @throws IOException where this host cannot enforce what jobs are promised, or the directory is
   *     in use or damaged
   * @throws InvalidSpecException where it cannot enforce the limits that are configured
   */
  public static Worker open(WorkerConfig config) throws IOException {
    if (!Files.isExecutable(config.shim())) {
      throw new IOException("shim " + config.shim() + " is not an executable file");
    }
    String crash = CrashPoint.requested();
    if (crash != null) {
      config.logger().log(Level.WARNING, "this process will kill itself at {0}", crash);
    }
    Closeable opened = () -> {};
    try {
      StateDirectory state = StateDirectory.open(config.stateDirectory(), config.logger());
      opened = state::takeBack;
      Cgroups cgroups = Cgroups.open(state.instance(), state.cgroupPlaces());
      state.keepCgroupPlaces(cgroups.places());
      opened = both(cgroups, opened);
      LimitPolicy policy = config.limits().enforceable(cgroups);
      opened = both(cgroups, state); // this host will do: from here on there are records
      SqliteJobStore store = SqliteJobStore.open(state.database());
      opened = both(store, opened);
      Shims shims = new Shims(config.shim(), config.logger());
      opened = both(shims, opened);
      Worker worker = new Worker(config, policy, state, store, cgroups, shims);
      new Recovery(store, cgroups, worker.outputs, worker.live, worker::liveJob, config.logger())
          .run();
      worker.orphans.start();
      shims.prepare();
      worker.collector.start();
      worker.compressor.start();
      return worker;
    } catch (IOException | RuntimeException e) {
      closeAfter(e, opened);
      throw e;
    }
  }

  /**
   * Starts a job and returns when its command has been executed.
   *
   * @throws InvalidSpecException naming the limit that exceeds its maximum, or that this host
   *     cannot enforce; nothing is started
   * @throws LaunchException where the command could not be executed; the job is recorded as failed
   * @throws NameInUseException where a live job of the owner has the name
   * @throws QuotaExceededException where the owner's jobs take too much already
   * @throws IOException where nothing was started, for example for want of disk space
   * @throws IllegalStateException where the worker is closed meanwhile; the job goes its way
   */
  public Job start(Owner owner, JobSpec asked) throws LaunchException, IOException {
    return launch(owner, asked, null);
  }

  /**
   * The same, once: where the owner has started a job with this id, that job is answered, when its
   * command has been executed, or its failure is thrown again. So a caller who does not know what
   * became of a start can ask again, also after a restart, for as long as the job's record is kept.
   *
   * <p>What left no job, such as a name in use, is not remembered: the next try is a new one.
   *
   * @throws RequestIdReusedException where that job was asked for with another specification
   */
  public Job start(Owner owner, JobSpec asked, RequestId id) throws LaunchException, IOException {
    Optional<RequestedJob> before;
    try (RequestTurns.Turn _ = turns.await(owner, id)) {
      before = store.find(owner, id);
      if (before.isEmpty()) {
        return launch(owner, asked, new StartRequest(id, asked.limits()));
      }
    }
    JobRecord record = before.get().record();
    if (!before.get().wasAskedForAs(asked)) {
      throw new RequestIdReusedException(id, record.id());
    }
    Job job =
        find(record.id())
            .orElseThrow(() -> new IOException("job " + record.id() + " has just been deleted"));
    job.awaitLaunch();
    return launched(job);
  }

  private Job launch(Owner owner, JobSpec asked, @Nullable StartRequest request)
      throws LaunchException, IOException {
    JobSpec spec = asked.withLimits(granted(owner, asked));
    JobRecord record =
        new JobRecord(
            JobId.random(), owner, spec, Instant.now(), new JobState.Starting(), OutputSize.NONE);
    Job job = Job.live(record, outputs);
    JobCgroup cgroup = cgroups.planned(record.id().toString(), spec.limits());
    LiveJob liveJob = liveJob(job, cgroup);
    live.admit(job);
    CrashPoint.START_ASKED.reached();
    // All is prepared while the record is written; the command is executed when it is durable.
    CompletableFuture<Void> recorded = store.insert(record, request);
    Obstacle obstacle = prepare(liveJob, cgroup);
    try {
      JobStore.await(recorded);
    } catch (IOException e) {
      liveJob.discard();
      throw e;
    }
    CrashPoint.RECORDED.reached();
    if (obstacle == null) {
      liveJob.launch();
    } else {
      liveJob.fail(obstacle);
    }
    return launched(job);
  }

  /** What is asked for, and defaults for the rest, within the maxima, as this host enforces it. */
  private Limits granted(Owner owner, JobSpec asked) throws IOException {
    Path files = Path.of(asked.workingDirectory());
    DiskSearch search = searches.of(owner);
    Limits wanted = cgroups.named(asked.limits(), files, search);
    Limits granted = policy.forFiles(cgroups, files, search).granted(wanted);
    return cgroups.enforceable(granted, files); // each disk has its name by now
  }

  private LiveJob liveJob(Job job, JobCgroup cgroup) {
    return new LiveJob(job, cgroup, store, shims, live, config.observer(), config.logger());
  }

  private static Job launched(Job job) throws LaunchException {
    if (job.state() instanceof JobState.Ended(_, _, Verdict.Failed failure, _)) {
      throw new LaunchException(job.id(), job.spec(), failure);
    }
    CrashPoint.START_DONE.reached();
    return job;
  }

  private @Nullable Obstacle prepare(LiveJob liveJob, JobCgroup cgroup) {
    Job job = liveJob.job();
    String id = job.id().toString();
    String step = "directory";
    try {
      state.createJob(id);
      CrashPoint.DIRECTORY_MADE.reached();
      step = "spawn";
      liveJob.spawn(requestFor(job, cgroup));
      step = "cgroup"; // while the shim makes all that does not need it
      cgroups.create(id, job.spec().limits());
      CrashPoint.CGROUP_MADE.reached();
      liveJob.enter();
      CrashPoint.ENTER_SENT.reached();
      step = "output";
      outputRoom.makeFor(job.owner());
      return null;
    } catch (IOException e) {
      return new Obstacle(step, e);
    } catch (RuntimeException e) { // or the job would be there for ever, neither started nor ended
      return new Obstacle(step, new IOException("an error of jobd's own", e));
    }
  }

  private LaunchRequest requestFor(Job job, JobCgroup cgroup) {
    JobSpec spec = job.spec();
    Map<String, String> env = new LinkedHashMap<>();
    env.put("PATH", DEFAULT_PATH);
    env.put("HOME", "/");
    env.put("LANG", "C.UTF-8");
    env.put("JOBD_JOB_ID", job.id().toString());
    env.putAll(spec.env());
    return new LaunchRequest(
        job.directory(),
        spec.name() != null ? spec.name() : job.id().toString(),
        spec,
        env,
        cgroup.unified(),
        cgroup.tasksFiles(),
        cgroup.oomEvents(),
        cgroup.oomNotice(),
        cgroup.io());
  }

  public Optional<Job> find(JobId id) throws IOException {
    Optional<Job> found = live.find(id);
    if (found.isPresent()) {
      return found;
    }
    Optional<JobRecord> record = store.find(id);
    if (record.isPresent() && record.get().state() instanceof JobState.Ended ended) {
      return Optional.of(Job.ended(record.get(), ended, outputs));
    }
    return record.isPresent() ? live.find(id) : Optional.empty(); // admitted in between
  }

  /**
   * Jobs, live and ended, newest first.
   *
   * @throws InvalidSpecException where the page token is none of this worker's
   */
  public Page<JobRecord> list(JobQuery query) throws IOException {
    return store.list(query);
  }

  /**
   * Changes limits of a running job. In force and recorded when this returns; where it fails, the
   * job has the limits that it had, unless a {@link LimitsUnsettledException} says otherwise. Does
   * nothing where it has what is asked for. Takes {@link LimitChanges#PATIENCE} three times at
   * most, beside what a search for a disk takes.
   *
   * @param asked those to change; the others stay. What the job's shim has done or has from the
   *     start cannot be among them: nice value, run time, kept output
   * @throws InvalidSpecException where {@code asked} holds nothing, what cannot be changed, more
   *     than its maximum, or what this host cannot enforce
   * @throws QuotaExceededException where a quota of the owner's has no room for it
   * @throws dev.jobd.worker.model.LimitRefusedException where the kernel does not take one
   * @throws JobEndedException where the job has ended
   * @throws TooManyChangesException where changes of the owner's jobs, or of all, are in the way
   * @throws LimitsUnsettledException where it is neither made nor undone
   * @throws IOException where the change cannot be made or recorded
   */
  public LimitChange changeLimits(Job job, Limits asked) throws IOException {
    Path files = Path.of(job.spec().workingDirectory());
    Limits wanted = cgroups.named(asked, files, searches.of(job.owner()));
    var _ = wanted.within(policy.maxima()); // or refuses
    job.awaitLaunch();
    return changes.run(
        job.id(), job.owner(), steps -> job.changeLimits(wanted, cgroups::require, steps));
  }

  /**
   * Deletes an ended job: its record, its output, its directory. Who reads the output has it to its
   * end.
   *
   * @return whether there was such a job
   * @throws JobRunningException where it has not ended
   * @throws IOException where it cannot be deleted; nothing is, then
   */
  public boolean delete(JobId id) throws IOException {
    Optional<Job> known = live.find(id);
    if (known.isPresent() && !(known.get().state() instanceof JobState.Ended)) {
      throw new JobRunningException(id);
    }
    return switch (collector.delete(id)) {
      case DELETED -> {
        // One whose end was told a moment ago.
        live.find(id).ifPresent(job -> live.remove(job, job.record()));
        yield true;
      }
      case ABSENT -> false;
      case LIVE -> {
        if (live.find(id).map(Job::state).orElse(null) instanceof JobState.Ended) {
          throw new IOException("delete job " + id + ": its end is not recorded yet");
        }
        throw new JobRunningException(id);
      }
    };
  }

  /** What an owner's jobs take of the quotas that there are of each owner. */
  public List<QuotaUse> quotaUse(Owner owner) throws IOException {
    return outputRoom.use(owner, false);
  }

  /** The same, and what all jobs take of the quotas that all owners share. */
  public List<QuotaUse> allQuotaUse(Owner owner) throws IOException {
    return outputRoom.use(owner, true);
  }

  private void lookAfterEnded(JobRecord last) {
    collector.wake();
    if (last.output().kept() >= Uncompressed.MIN_BYTES) {
      compressor.wake();
    }
  }

  /** How limits are enforced on this host: {@code v1}, {@code v2} or {@code hybrid}. */
  public String cgroupMode() {
    return cgroups.mode();
  }

  /** Lets go of the jobs; they run on. */
  @Override
  public void close() throws IOException {
    try {
      both(
              orphans,
              both(shims, both(collector, both(compressor, both(store, both(cgroups, state))))))
          .close();
    } finally {
      live.abandon();
    }
  }

  private static Closeable both(Closeable first, Closeable second) {
    return () -> {
      try (second) {
        first.close();
      }
    };
  }

  private static void closeAfter(Exception failure, Closeable opened) {
    try {
      opened.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
