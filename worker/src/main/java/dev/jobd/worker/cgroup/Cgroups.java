package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;

/** Where this host's jobs get their control groups: one backend for each kind of hierarchy. */
public interface Cgroups {
  /** {@code v1}, {@code v2} or {@code hybrid}. */
  String mode();

  /**
   * Makes the group of one job, applies {@code limits} and reads them back. Leaves nothing behind where it fails.
   *
   * @throws IOException naming the file, the value and the cause where a limit cannot be applied
   */
  JobCgroup create(String job, Limits limits) throws IOException;

  /** The group of a job that an earlier process made; it may be gone in part or whole. */
  JobCgroup existing(String job);
}
