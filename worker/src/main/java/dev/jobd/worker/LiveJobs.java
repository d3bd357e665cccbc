package dev.jobd.worker;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Owner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The jobs that are alive, the names they hold, and what they take of their owners' quotas. */
final class LiveJobs {
  /** Until what the machine refused is tried again: nobody tells when it has room again. */
  static final Duration RETRY_DELAY = Duration.ofSeconds(1);

  private final Map<JobId, Job> jobs = new ConcurrentHashMap<>();
  private final Map<OwnedName, JobId> names = new ConcurrentHashMap<>();

  private final QuotaLedger quotas;
  private final SpecificationLedger specifications = new SpecificationLedger();
  private final Consumer<JobRecord> ended;

  private record OwnedName(Owner owner, String name) {}

  /**
   * @param ended given the last record of each job, after that is in the store; does not block
   */
  LiveJobs(QuotaLedger quotas, Consumer<JobRecord> ended) {
    this.quotas = quotas;
    this.ended = ended;
  }

  /**
   * Adds a new job.
   *
   * @throws NameInUseException where another job of its owner holds its name
   * @throws QuotaExceededException where a quota, or memory for specifications, has no room for it
   */
  void admit(Job job) {
    String name = job.spec().name();
    if (name != null) {
      JobId holder = names.putIfAbsent(new OwnedName(job.owner(), name), job.id());
      if (holder != null) {
        throw new NameInUseException(name, holder);
      }
    }
    try {
      specifications.take(job.id(), job.owner(), job.spec());
      quotas.take(job.id(), job.owner(), job.spec().limits());
    } catch (QuotaExceededException e) {
      release(job);
      throw e;
    }
    jobs.put(job.id(), job);
  }

  /** Adds a job that an earlier worker admitted; should two hold one name, the later one has it. */
  void readmit(Job job) {
    String name = job.spec().name();
    if (name != null) {
      names.put(new OwnedName(job.owner(), name), job.id());
    }
    specifications.takeUp(job.id(), job.owner(), job.spec());
    quotas.takeUp(job.id(), job.owner(), job.spec().limits());
    jobs.put(job.id(), job);
  }

  /**
   * The limits of a job are to change, until {@link #settle}.
   *
   * @throws QuotaExceededException where a quota has no room for the new ones
   */
  void change(Job job, Limits to) {
    quotas.change(job.id(), job.owner(), to);
  }

  /** A job has the limits that it was to have, or those that it had. */
  void settle(Job job) {
    quotas.settle(job.id(), job.owner(), job.spec().limits());
  }

  /**
   * From now on other jobs may have the name, and what this one took of the quotas. Before the end
   * is told: who waits for it may use them at once.
   */
  void release(Job job) {
    quotas.giveBack(job.id(), job.owner());
    specifications.giveBack(job.id());
    String name = job.spec().name();
    if (name != null) {
      names.remove(new OwnedName(job.owner(), name), job.id());
    }
  }

  /** After the end is told, so that a job is always found, here or among the records. */
  void remove(Job job, JobRecord last) {
    jobs.remove(job.id());
    ended.accept(last);
  }

  /** Runs {@code step} after {@link #RETRY_DELAY}, where the job is still here. */
  void later(Job job, Runnable step) {
    CompletableFuture.delayedExecutor(RETRY_DELAY.toMillis(), TimeUnit.MILLISECONDS)
        .execute(
            () -> {
              if (find(job.id()).isPresent()) { // else the worker is closed
                Thread.ofVirtual().start(step);
              }
            });
  }

  /**
   * The worker is closed: nobody waits for these jobs any more, or tries anything again for them.
   */
  void abandon() {
    for (Job job : all()) {
      jobs.remove(job.id());
      job.abandon("the worker was closed while job " + job.id() + " lived");
    }
  }

  Optional<Job> find(JobId id) {
    return Optional.ofNullable(jobs.get(id));
  }

  List<Job> all() {
    return List.copyOf(jobs.values());
  }
}
