package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;

/** The processors that a job may run on. */
record CpusetV2() implements Controller {
  private static final String CPUS = "cpuset.cpus";
  private static final String THOSE_OF_THE_GROUP_ABOVE = "\n";

  /** What of it there is: the kernel takes any list, and ignores what the group above has not. */
  static final String EFFECTIVE = "cpuset.cpus.effective";

  @Override
  public void set(Path group, Limits limits) throws IOException {
    if (limits.cpuset() != null) {
      file(group, CPUS).set(limits.cpuset().list());
    }
  }

  @Override
  public void change(Path group, Limits from, Limits to) throws IOException {
    set(group, to);
    if (from.cpuset() != null && to.cpuset() == null) {
      file(group, CPUS).set(THOSE_OF_THE_GROUP_ABOVE);
    }
  }

  @Override
  public void verify(Path group, Limits limits) throws IOException {
    if (limits.cpuset() != null) {
      file(group, EFFECTIVE).verify(limits.cpuset().list());
    }
  }

  private static LimitFile file(Path group, String name) {
    return new LimitFile(CpusetV1.FIELD, group.resolve(name));
  }
}
