package dev.jobd.worker;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.OutputRule;
import dev.jobd.worker.store.History.EndedJob;
import dev.jobd.worker.store.History.Holdings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is to go of ended jobs: a pure function of what there is, of the bounds, and of the time.
 *
 * @param jobs to go wholly
 * @param outputs to go of other jobs, those that ended first first, and why
 * @param next when the next of those that were looked at comes of age; {@code null} where it is not
 *     one of them
 */
record Overdue(List<JobId> jobs, Map<JobId, OutputRule> outputs, @Nullable Instant next) {

  /**
   * @param oldest jobs that ended first
   * @param oldestWithOutput the same, of those whose output is there
   */
  static Overdue of(
      Retention retention,
      Holdings holdings,
      List<EndedJob> oldest,
      List<EndedJob> oldestWithOutput,
      Instant now) {
    List<JobId> jobs = new ArrayList<>();
    Map<JobId, OutputRule> outputs = new LinkedHashMap<>();
    long excessJobs = holdings.jobs() - retention.maxJobs();
    long excessBytes = holdings.outputBytes() - retention.maxOutputBytes();
    Instant next = null;
    for (EndedJob job : oldest) {
      if (jobs.size() >= excessJobs && job.endedAt().plus(retention.recordAge()).isAfter(now)) {
        next = job.endedAt().plus(retention.recordAge());
        break;
      }
      jobs.add(job.id());
      excessBytes -= job.outputBytes();
    }
    for (EndedJob job : oldestWithOutput) {
      if (jobs.contains(job.id())) {
        continue;
      }
      Instant expiry = job.endedAt().plus(retention.outputAge());
      if (excessBytes <= 0 && expiry.isAfter(now)) {
        next = next == null || expiry.isBefore(next) ? expiry : next;
        break;
      }
      outputs.put(job.id(), expiry.isAfter(now) ? OutputRule.KEPT_OUTPUT : OutputRule.AGE);
      excessBytes -= job.outputBytes();
    }
    return new Overdue(List.copyOf(jobs), outputs, next);
  }

  boolean isEmpty() {
    return jobs.isEmpty() && outputs.isEmpty();
  }

  /** From {@code now} to {@link #next}; {@code forever} where there is none. */
  Duration until(Instant now, Duration forever) {
    return next == null ? forever : Duration.between(now, next);
  }
}
