package dev.jobd.worker;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.Page;
import java.io.IOException;
import java.util.Optional;

/** Runs jobs on this host. */
public final class Worker implements AutoCloseable {
  /** Opens a worker; refuses where this host cannot enforce what jobs are promised. */
  public static Worker open(WorkerConfig config) throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Starts a job and returns when its command has been executed.
   *
   * @throws LaunchException where the command could not be executed; the job is recorded as failed
   * @throws NameInUseException where a live job of the owner has the name
   * @throws IOException where nothing was started, for example for want of disk space
   */
  public Job start(Owner owner, JobSpec spec) throws LaunchException, IOException {
    throw new UnsupportedOperationException();
  }

  public Optional<Job> find(JobId id) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Jobs, live and ended, newest first. */
  public Page<JobRecord> list(JobQuery query) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** How limits are enforced on this host: {@code v1}, {@code v2} or {@code hybrid}. */
  public String cgroupMode() {
    throw new UnsupportedOperationException();
  }

  /** Lets go of the jobs; they run on. */
  @Override
  public void close() throws IOException {}
}
