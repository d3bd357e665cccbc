package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Judges limits by what this host has. */
public interface LimitJudge {
  /**
   * {@code limits} with each disk by the kernel's name. Where two names are one disk, the lower
   * bounds hold. Nothing else is judged.
   *
   * @param files on the disk that bounds without a device are for: the job's working directory
   * @param search for disks that are given by paths
   * @throws dev.jobd.worker.model.InvalidSpecException naming the bound whose device is no disk
   */
  Limits named(Limits limits, Path files, DiskSearch search) throws IOException;

  /**
   * The disk that holds {@code files}, by the kernel's name; empty where surely none does.
   *
   * @throws UnansweredException where that cannot be told yet
   * @throws dev.jobd.worker.model.InvalidSpecException where that cannot be told: they are not
   *     there, or on several disks, or on a file system that does not tell
   */
  Optional<String> disk(Path files, DiskSearch search) throws IOException;

  /**
   * Refuses what this host cannot enforce, whatever the disks are.
   *
   * @throws dev.jobd.worker.model.InvalidSpecException naming the limit, why not, and the way out
   */
  void require(Limits limits) throws IOException;
}
