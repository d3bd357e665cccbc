package dev.jobd.worker.cgroup;

import java.io.IOException;

/** How the disk of a path is searched for, which may wait for that disk, and for ever. */
@FunctionalInterface
public interface DiskSearch {
  /** On the thread that asks, which waits as long as the disk likes. */
  DiskSearch WAITING = (path, search) -> search.disk();

  /**
   * The disk's name.
   *
   * @throws UnansweredException where it is not waited for any longer
   * @throws dev.jobd.worker.model.InvalidSpecException where the path is on no disk
   */
  String disk(String path, Search search) throws IOException;

  /** The search itself. */
  @FunctionalInterface
  interface Search {
    String disk() throws IOException;
  }
}
