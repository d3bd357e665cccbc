package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The processors that a job may run on. A group begins without any, and without memory nodes, and
 * no process can join it so: it is given what the group above it has, where no limit says less.
 */
record CpusetV1() implements Controller {
  static final String FIELD = "limits.cpuset";

  /** Held by a group in which jobs' groups are: those that they may have. */
  static final String CPUS = "cpuset.cpus";

  private static final String NODES = "cpuset.mems";

  @Override
  public void set(Path group, Limits limits) throws IOException {
    cpus(group).set(list(group, limits));
    ControlFile.write(group.resolve(NODES), parents(group, NODES));
  }

  @Override
  public void change(Path group, Limits from, Limits to) throws IOException {
    cpus(group).set(list(group, to));
  }

  @Override
  public void verify(Path group, Limits limits) throws IOException {
    cpus(group).verify(list(group, limits));
    ControlFile.verify(group.resolve(NODES), parents(group, NODES));
  }

  private static LimitFile cpus(Path group) {
    return new LimitFile(FIELD, group.resolve(CPUS));
  }

  private static String list(Path group, Limits limits) throws IOException {
    return limits.cpuset() != null ? limits.cpuset().list() : parents(group, CPUS);
  }

  private static String parents(Path group, String file) throws IOException {
    return ControlFile.read(group.resolveSibling(file));
  }
}
