package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;

/** Judges limits by what this host has. */
public interface LimitJudge {
  /**
   * {@code limits} with each disk by the kernel's name. Where two names are one disk, the lower
   * bounds hold. Nothing else is judged.
   *
   * @param files on the disk that bounds without a device are for: the job's working directory
   * @throws dev.jobd.worker.model.InvalidSpecException naming the bound whose device is no disk
   */
  Limits named(Limits limits, Path files) throws IOException;

  /**
   * Refuses what this host cannot enforce, whatever the disks are.
   *
   * @throws dev.jobd.worker.model.InvalidSpecException naming the limit, why not, and the way out
   */
  void require(Limits limits) throws IOException;
}
