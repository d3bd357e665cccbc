package dev.jobd.worker;

import dev.jobd.worker.cgroup.JobCgroup;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.Usage;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** The cgroup of a job that is over. What fails here is logged: no verdict waits for it. */
record GroupRemains(JobId job, JobCgroup cgroup, Logger logger) {

  /** Ends what a shim that is gone has left, and waits until that is gone. */
  void kill() {
    try {
      cgroup.kill();
    } catch (IOException e) {
      logger.log(Level.ERROR, "kill what is left of job " + job, e);
    }
  }

  /** What all its processes have used; nothing is known of that once it is removed. */
  Usage used() {
    try {
      return cgroup.total();
    } catch (IOException | RuntimeException e) { // whatever the kernel may have written there
      logger.log(Level.WARNING, "read what job " + job + " has used", e);
      return Usage.UNKNOWN;
    }
  }

  void remove() {
    try {
      cgroup.remove();
    } catch (IOException e) {
      logger.log(Level.ERROR, "remove the cgroup of job " + job, e);
    }
  }
}
