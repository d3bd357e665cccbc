package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Limits nothing, but must be set where {@code cpuset} shares a hierarchy with a controller that
 * does: its groups begin without processors and memory nodes, and no process can join one so.
 */
record CpusetV1() implements Controller {
  static final String NAME = "cpuset";

  private static final List<String> FILES = List.of("cpuset.cpus", "cpuset.mems");

  /** Gives {@code group} what the group above it has. */
  @Override
  public void set(Path group, Limits limits) throws IOException {
    for (String file : FILES) {
      ControlFile.write(group.resolve(file), parents(group, file));
    }
  }

  @Override
  public void verify(Path group, Limits limits) throws IOException {
    for (String file : FILES) {
      ControlFile.verify(group.resolve(file), parents(group, file));
    }
  }

  private static String parents(Path group, String file) throws IOException {
    return ControlFile.read(group.resolveSibling(file));
  }
}
