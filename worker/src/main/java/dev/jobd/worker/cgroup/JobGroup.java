package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.LimitRefusedException;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * One job's group in one hierarchy; not there where the job needs none.
 *
 * @param accounts what the kernel counts of it
 */
record JobGroup(Path path, Hierarchy hierarchy, List<Account> accounts) {

  /**
   * Changes the limits of a running job's groups together, each read back. Where one fails, all are
   * given back those that they had.
   */
  static void change(List<JobGroup> groups, Limits from, Limits to) throws IOException {
    for (JobGroup group : groups) {
      group.requireFor(from, to);
    }
    List<JobGroup> there = groups.stream().filter(JobGroup::isThere).toList();
    try {
      for (JobGroup group : there) {
        group.change(from, to);
      }
    } catch (IOException | RuntimeException e) {
      for (JobGroup group : there) {
        group.restore(to, from, e);
      }
      throw e;
    }
  }

  /** A process that runs joins no further group: that would cost a lock of all the host's. */
  private void requireFor(Limits from, Limits to) throws LimitRefusedException {
    if (!hierarchy.isNeededFor(to) || isThere()) {
      return;
    }
    if (!hierarchy.isNeededFor(from)) {
      throw new LimitRefusedException(
          CpusetV1.FIELD, "can be changed only of a job that was started with it");
    }
    throw new LimitRefusedException(
        "limits", "cannot be changed: the job was started by a server in another control group");
  }

  boolean isThere() {
    return !Groups.isGone(path);
  }

  private void change(Limits from, Limits to) throws IOException {
    for (Controller controller : hierarchy.controllers()) {
      controller.change(path, from, to);
      controller.verify(path, to);
    }
  }

  /** Each by itself: one that fails keeps no other from being put back. */
  private void restore(Limits tried, Limits before, Exception failure) {
    for (Controller controller : hierarchy.controllers()) {
      try {
        controller.change(path, tried, before);
        controller.verify(path, before);
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
  }
}
