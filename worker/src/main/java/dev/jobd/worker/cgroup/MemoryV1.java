package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Memory with page cache, and no swap: the limit on both together is the same as that on memory
 * alone.
 *
 * @param swaps lists the swap areas in use
 */
record MemoryV1(Path swaps) implements Controller {
  static final String OOM_EVENTS = "memory.oom_control";
  static final String MEMORY_AND_SWAP = "memory.memsw.limit_in_bytes";

  private static final String MEMORY = "memory.limit_in_bytes";

  /** Memory first: the kernel refuses a limit on both that is below that on memory alone. */
  @Override
  public void set(Path group, Limits limits) throws IOException {
    if (limits.memoryBytes() == null) {
      return;
    }
    ControlFile.write(group.resolve(MEMORY), limits.memoryBytes());
    Path both = group.resolve(MEMORY_AND_SWAP);
    if (Files.exists(both)) {
      ControlFile.write(both, limits.memoryBytes());
    } else {
      Swap.requireOff(swaps, both);
    }
  }

  @Override
  public void verify(Path group, Limits limits) throws IOException {
    if (limits.memoryBytes() == null) {
      return;
    }
    ControlFile.verifyBytes(group.resolve(MEMORY), limits.memoryBytes());
    Path both = group.resolve(MEMORY_AND_SWAP);
    if (Files.exists(both)) {
      ControlFile.verifyBytes(both, limits.memoryBytes());
    }
  }
}
