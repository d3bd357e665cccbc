package dev.jobd.worker;

import dev.jobd.worker.cgroup.Cgroups;
import dev.jobd.worker.cgroup.JobCgroup;
import dev.jobd.worker.launch.ExitRecord;
import dev.jobd.worker.launch.InputNews;
import dev.jobd.worker.launch.ShimConnection;
import dev.jobd.worker.launch.ShimEvents;
import dev.jobd.worker.launch.Shims;
import dev.jobd.worker.launch.UnreadableRecordException;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.output.JournalPart;
import dev.jobd.worker.store.History;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Sweeps up what is left of starts that a crash cut short before their records were durable: such a
 * job was never acknowledged, nothing of it was executed, and nobody will ask for it. Also control
 * groups that outlived their jobs.
 *
 * <p>A shim that such a start left ends by itself, because its server is gone; what it still holds
 * is removed when it has.
 *
 * <p>A thread does so, since there is a directory for every job that is kept, and what no signal
 * ends must not keep the worker from opening.
 *
 * <p>What shows that a job was executed is never removed for want of a record: then the records are
 * wrong.
 */
final class Orphans implements Closeable {
  /** Directories that the records are asked about together. */
  private static final int BATCH = 256;

  private final StateDirectory state;
  private final History history;
  private final Cgroups cgroups;
  private final Shims shims;
  private final LiveJobs live;
  private final Logger logger;
  private final Thread thread;

  /** Of jobs of workers before, live or not. */
  private List<String> groups = List.of();

  private volatile boolean closed;

  Orphans(
      StateDirectory state,
      History history,
      Cgroups cgroups,
      Shims shims,
      LiveJobs live,
      Logger logger) {
    this.state = state;
    this.history = history;
    this.cgroups = cgroups;
    this.shims = shims;
    this.live = live;
    this.logger = logger;
    this.thread = Thread.ofPlatform().name("jobd-orphans").daemon().unstarted(this::sweep);
  }

  /** To be called when the jobs of the worker before are taken up, and none is started yet. */
  void start() throws IOException {
    groups = cgroups.jobs();
    thread.start();
  }

  private void sweep() {
    for (String id : groups) {
      if (!closed && JobId.parse(id).flatMap(live::find).isEmpty()) {
        letGo(id);
      }
    }
    try (Stream<Path> directories = Files.list(state.jobs())) {
      Iterator<JobId> ids =
          directories.flatMap(path -> JobId.parse(name(path)).stream()).iterator();
      while (ids.hasNext() && !closed) {
        sweep(next(ids));
      }
    } catch (IOException | RuntimeException e) {
      if (!closed) {
        logger.log(Level.ERROR, "look for directories of starts that did not come to an end", e);
      }
    }
  }

  private static List<JobId> next(Iterator<JobId> ids) {
    List<JobId> batch = new ArrayList<>(BATCH);
    while (batch.size() < BATCH && ids.hasNext()) {
      batch.add(ids.next());
    }
    return batch;
  }

  /** First who lives, then who is recorded: a job is live until its end is on record. */
  private void sweep(List<JobId> batch) throws IOException {
    List<JobId> notLive = batch.stream().filter(id -> live.find(id).isEmpty()).toList();
    for (JobId id : history.unknown(notLive)) {
      if (!closed) {
        letGo(id.toString());
      }
    }
  }

  private void letGo(String id) {
    try {
      Runnable last = () -> Thread.ofVirtual().start(() -> remove(id));
      Optional<ShimConnection> shim = shims.connect(state.job(id), new LastWord(last));
      if (shim.isPresent()) {
        shim.get().stop(StopRequest.SIGKILL, Duration.ZERO);
      } else {
        remove(id);
      }
    } catch (IOException e) {
      logger.log(Level.ERROR, "let go of " + id + ", which is no job; left to the next start", e);
    }
  }

  private void remove(String id) {
    JobCgroup cgroup = cgroups.existing(id);
    try {
      cgroup.kill();
      cgroup.remove();
    } catch (IOException e) {
      logger.log(Level.ERROR, "remove the cgroup of " + id + ", which is no job", e);
    }
    try {
      Optional<JobId> job = JobId.parse(id);
      if (job.isPresent() && !history.unknown(List.of(job.get())).isEmpty()) {
        removeDirectory(id);
      }
    } catch (IOException e) {
      if (!closed) {
        logger.log(Level.ERROR, "remove the directory of " + id + ", which is no job", e);
      }
    }
  }

  private void removeDirectory(String id) throws IOException {
    if (wasExecuted(state.job(id))) {
      logger.log(
          Level.WARNING, "{0} is of a job that there is no record of; left alone", state.job(id));
    } else {
      state.removeJob(id);
    }
  }

  private static boolean wasExecuted(Path directory) throws IOException {
    Path output = JournalPart.OUTPUT.plain(directory);
    if (Files.exists(JournalPart.OUTPUT.compressed(directory))
        || (Files.exists(output) && Files.size(output) > 0)) {
      return true;
    }
    try {
      return ExitRecord.read(directory).filter(exit -> exit.started() != null).isPresent();
    } catch (UnreadableRecordException e) {
      return true; // as far as anybody can tell
    }
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  /** Returns when the thread has ended; what it did not come to is left to the next worker. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt(); // what no signal ends is not waited for
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Only that the shim has left is of interest. */
  private record LastWord(Runnable left) implements ShimEvents {
    @Override
    public void started(int pid, Instant at) {}

    @Override
    public void notUnderstood(int version) {}

    @Override
    public void grew(long journalEnd) {}

    @Override
    public void input(InputNews news) {}

    @Override
    public void closed(boolean told, int pid) {
      left.run();
    }
  }
}
