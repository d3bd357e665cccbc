package dev.jobd.worker;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.Owner;
import java.util.HashMap;
import java.util.Map;

/**
 * What the specifications of live jobs take of memory, where each is kept from the start of its job
 * to its end. Bounded for each owner and for all together, so that no number of jobs that quotas
 * allow can exhaust the memory of a worker, or that of the next one, which takes them all up again.
 */
final class SpecificationLedger {
  /** Of one owner's live jobs, in bytes: some 30,000 usual ones, and 6 of the largest kind. */
  static final long MAX_OWNER_BYTES = 16 << 20;

  /** Of all live jobs, in bytes: an eighth of the memory that a server has. */
  static final long MAX_BYTES = 64 << 20;

  private static final long UNIT = 1024;

  private final Map<JobId, Part> parts = new HashMap<>();
  private final Map<Owner, Long> byOwner = new HashMap<>();
  private long total;

  private record Part(Owner owner, long bytes) {}

  /**
   * A job is to be started.
   *
   * @throws QuotaExceededException where there is no room for its specification; nothing is taken
   *     then
   */
  synchronized void take(JobId job, Owner owner, JobSpec spec) {
    long bytes = spec.memoryBytes();
    long used = byOwner.getOrDefault(owner, 0L);
    if (bytes > MAX_OWNER_BYTES - used) {
      throw exceeded(bytes, MAX_OWNER_BYTES, used, "your live jobs");
    }
    if (bytes > MAX_BYTES - total) {
      throw exceeded(bytes, MAX_BYTES, total, "live jobs of all users");
    }
    put(job, new Part(owner, bytes));
  }

  /** A job is live that an earlier worker started. It counts even where it exceeds a bound. */
  synchronized void takeUp(JobId job, Owner owner, JobSpec spec) {
    put(job, new Part(owner, spec.memoryBytes()));
  }

  private void put(JobId job, Part part) {
    parts.put(job, part);
    byOwner.merge(part.owner(), part.bytes(), Long::sum);
    total += part.bytes();
  }

  /** A job is over, or never came to be. May be told more than once. */
  synchronized void giveBack(JobId job) {
    Part part = parts.remove(job);
    if (part != null) {
      byOwner.computeIfPresent(
          part.owner(), (_, used) -> used == part.bytes() ? null : (Long) (used - part.bytes()));
      total -= part.bytes();
    }
  }

  private static QuotaExceededException exceeded(long asked, long bound, long used, String whose) {
    return new QuotaExceededException(
        "specifications",
        bound,
        used,
        null,
        "quota specifications exceeded: this job's arguments, environment and labels take %dK of memory, those of %s have %dK of %dK: pass less, in a file say, or wait until one ends, or stop one"
            .formatted(kib(asked), whose, kib(used), bound / UNIT));
  }

  private static long kib(long bytes) {
    return Math.ceilDiv(bytes, UNIT);
  }
}
