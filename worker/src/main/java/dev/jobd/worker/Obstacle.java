package dev.jobd.worker;

import dev.jobd.worker.cgroup.CgroupException;
import dev.jobd.worker.launch.Shims;
import dev.jobd.worker.libc.ErrnoException;
import dev.jobd.worker.model.LimitRefusedException;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.nio.file.FileSystemException;

/**
 * What kept this side from launching a job.
 *
 * @param step in which it was met, for example {@code cgroup}
 */
record Obstacle(String step, IOException cause) {

  /** As the job's owner is told: where this host keeps its files is for its log alone. */
  Verdict.Failed verdict() {
    return switch (cause) {
      case ErrnoException e -> new Verdict.Failed(step, e.errno(), Shims.describe(e.errno()));
      case LimitRefusedException e -> new Verdict.Failed(step, 0, e.field() + ": " + e.problem());
      case CgroupException e -> new Verdict.Failed(step, 0, e.reason());
      case FileSystemException e when e.getReason() != null ->
          new Verdict.Failed(step, 0, e.getReason());
      default -> new Verdict.Failed(step, 0, "the server's log has the cause, under this job's id");
    };
  }
}
