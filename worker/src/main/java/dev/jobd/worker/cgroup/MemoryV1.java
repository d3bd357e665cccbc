package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Memory with page cache, and swap by a limit on both together.
 *
 * @param swaps lists the swap areas in use
 */
record MemoryV1(Path swaps) implements Controller {
  static final String OOM_EVENTS = "memory.oom_control";
  static final String NOTICE = "cgroup.event_control";
  static final String MEMORY_AND_SWAP = "memory.memsw.limit_in_bytes";

  private static final String MEMORY = "memory.limit_in_bytes";

  /** Memory first: the kernel refuses a limit on both that is below that on memory alone. */
  @Override
  public void set(Path group, Limits limits) throws IOException {
    if (limits.memoryBytes() == null) {
      return;
    }
    memory(group).set(limits.memoryBytes());
    LimitFile both = both(group);
    if (Files.exists(both.file())) {
      both.set(limits.memoryBytes() + Swap.bytes(limits));
    } else {
      Swap.requireOff(swaps, both.file());
    }
  }

  @Override
  public void verify(Path group, Limits limits) throws IOException {
    if (limits.memoryBytes() == null) {
      return;
    }
    memory(group).verifyBytes(limits.memoryBytes());
    LimitFile both = both(group);
    if (Files.exists(both.file())) {
      both.verifyBytes(limits.memoryBytes() + Swap.bytes(limits));
    }
  }

  private static LimitFile memory(Path group) {
    return new LimitFile("limits.memory_bytes", group.resolve(MEMORY));
  }

  private static LimitFile both(Path group) {
    return new LimitFile(Swap.FIELD, group.resolve(MEMORY_AND_SWAP));
  }
}
