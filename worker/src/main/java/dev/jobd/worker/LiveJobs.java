package dev.jobd.worker;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.Owner;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The jobs that are alive, and the names they hold. */
final class LiveJobs {
  private final Map<JobId, Job> jobs = new ConcurrentHashMap<>();
  private final Map<OwnedName, JobId> names = new ConcurrentHashMap<>();

  private final Runnable ended;

  private record OwnedName(Owner owner, String name) {}

  /**
   * @param ended run after the end of each job is told and recorded; does not block
   */
  LiveJobs(Runnable ended) {
    this.ended = ended;
  }

  /**
   * Adds a new job.
   *
   * @throws NameInUseException where another job of its owner holds its name
   */
  void admit(Job job) {
    String name = job.spec().name();
    if (name != null) {
      JobId holder = names.putIfAbsent(new OwnedName(job.owner(), name), job.id());
      if (holder != null) {
        throw new NameInUseException(name, holder);
      }
    }
    jobs.put(job.id(), job);
  }

  /** Adds a job that an earlier worker admitted; should two hold one name, the later one has it. */
  void readmit(Job job) {
    String name = job.spec().name();
    if (name != null) {
      names.put(new OwnedName(job.owner(), name), job.id());
    }
    jobs.put(job.id(), job);
  }

  /**
   * From now on another job may have the name. Before the end is told: who waits for it may use the
   * name at once.
   */
  void freeName(Job job) {
    String name = job.spec().name();
    if (name != null) {
      names.remove(new OwnedName(job.owner(), name), job.id());
    }
  }

  /** After the end is told, so that a job is always found, here or among the records. */
  void remove(Job job) {
    jobs.remove(job.id());
    ended.run();
  }

  Optional<Job> find(JobId id) {
    return Optional.ofNullable(jobs.get(id));
  }

  List<Job> all() {
    return List.copyOf(jobs.values());
  }
}
