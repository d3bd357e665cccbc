package dev.jobd.worker;

import dev.jobd.worker.model.JobRecord;

/**
 * Is told what becomes of jobs, of each one in order; also of those that an earlier worker started.
 * Nobody waits for it: it is called on threads that may block, for different jobs at one time. What
 * it throws is logged, and it is told what comes next all the same.
 */
public interface JobObserver {
  JobObserver NONE = new JobObserver() {};

  /** A command was executed. */
  default void started(JobRecord job) {}

  /** Somebody asks for the end of a live job, which is on record now. */
  default void stopAsked(JobRecord job, StopRequest request) {}

  /** A job has ended, as its state says. */
  default void ended(JobRecord job) {}
}
