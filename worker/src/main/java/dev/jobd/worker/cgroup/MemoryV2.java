package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Memory with page cache, and no swap. A job that runs out of it is killed as a whole: half a job
 * is of use to nobody.
 *
 * @param swaps lists the swap areas in use
 */
record MemoryV2(Path swaps) implements Controller {
  static final String OOM_EVENTS = "memory.events";
  static final String SWAP = "memory.swap.max";

  private static final String MEMORY = "memory.max";
  private static final String OOM_GROUP = "memory.oom.group";

  @Override
  public void set(Path group, Limits limits) throws IOException {
    if (limits.memoryBytes() == null) {
      return;
    }
    ControlFile.write(group.resolve(MEMORY), limits.memoryBytes());
    ControlFile.write(group.resolve(OOM_GROUP), 1);
    Path swap = group.resolve(SWAP);
    if (Files.exists(swap)) {
      ControlFile.write(swap, 0);
    } else {
      Swap.requireOff(swaps, swap);
    }
  }

  @Override
  public void verify(Path group, Limits limits) throws IOException {
    if (limits.memoryBytes() == null) {
      return;
    }
    ControlFile.verifyBytes(group.resolve(MEMORY), limits.memoryBytes());
    ControlFile.verify(group.resolve(OOM_GROUP), 1);
    Path swap = group.resolve(SWAP);
    if (Files.exists(swap)) {
      ControlFile.verify(swap, 0);
    }
  }
}
