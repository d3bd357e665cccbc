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
  /** Changes the limits of a running job's groups, each read back. */
  static void change(List<JobGroup> groups, Limits from, Limits to) throws IOException {
    for (JobGroup group : groups) {
      group.requireFor(from, to);
    }
    for (JobGroup group : groups) {
      for (Controller controller : group.controllers()) {
        group.change(controller, from, to);
      }
    }
  }

  /** Puts back what a change that failed may have changed; what fails keeps no other from it. */
  static void restore(List<JobGroup> groups, Limits tried, Limits before) throws IOException {
    CgroupException failure = new CgroupException("put limits back", "not all of them");
    for (JobGroup group : groups) {
      for (Controller controller : group.controllers()) {
        try {
          group.change(controller, tried, before);
        } catch (IOException e) {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure.getSuppressed().length > 0) {
      throw failure;
    }
  }

  /** A process that runs joins no further group: that would cost a lock of all the host's. */
  private void requireFor(Limits from, Limits to) throws LimitRefusedException {
    if (hierarchy.controllers().isEmpty() || !hierarchy.isNeededFor(to) || isThere()) {
      return;
    }
    if (!hierarchy.isNeededFor(from)) {
      throw new LimitRefusedException(
          CpusetV1.FIELD, "can be changed only of a job that was started with it");
    }
    throw new LimitRefusedException(
        "limits", "cannot be changed: the job has no group for them where this server finds it");
  }

  boolean isThere() {
    return !Groups.isGone(path);
  }

  private List<Controller> controllers() {
    return isThere() ? hierarchy.controllers() : List.of();
  }

  private void change(Controller controller, Limits from, Limits to) throws IOException {
    Throttle.despiteLifts(
        () -> {
          controller.change(path, from, to);
          controller.verify(path, to);
        });
  }
}
