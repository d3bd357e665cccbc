package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * One hierarchy that jobs get a group in: the seam between the versions of the kernel's interface.
 */
sealed interface Hierarchy permits LegacyHierarchy, UnifiedHierarchy {
  /** The server's own group. */
  Path own();

  /** What is limited through this hierarchy; may be empty for the one that tracks processes. */
  Set<Resource> resources();

  /** What must be set and verified in each job's group. */
  List<Controller> controllers();

  /** The accounts that the kernel may keep of a group here, in the order of preference. */
  List<Account> accounts();

  /** The control file that counts kills for want of memory, where memory is limited here. */
  String oomEvents();

  /** The control file that bounds swap, where memory is limited here and swap accounted. */
  String swapLimit();

  /**
   * Looks whether groups of jobs can be made here.
   *
   * @throws IOException why not, and the way out
   */
  void require() throws IOException;

  /** Makes {@code instance}, which has its directories, fit to hold groups of jobs. */
  void prepare(InstanceGroup instance) throws IOException;

  /** Whether a job with these limits needs a group in it. */
  boolean isNeededFor(Limits limits);

  /** Undoes what {@link #prepare} did to the server's own group, where it is of no more use. */
  void release() throws IOException;

  /** Where the groups of the jobs of one instance are. */
  default InstanceGroup instance(String name) {
    return InstanceGroup.of(own(), name);
  }
}
