package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Memory with page cache, and swap beside it. A job that runs out of it, or that the host chooses
 * where it runs out itself, is killed as a whole: half a job is of use to nobody.
 *
 * @param swaps lists the swap areas in use
 */
record MemoryV2(Path swaps) implements Controller {
  static final String OOM_EVENTS = "memory.events";
  static final String SWAP = "memory.swap.max";

  static final String MEMORY = "memory.max";

  private static final String OOM_GROUP = "memory.oom.group";

  @Override
  public void set(Path group, Limits limits) throws IOException {
    ControlFile.write(group.resolve(OOM_GROUP), 1);
    if (limits.memoryBytes() == null) {
      return;
    }
    memory(group).set(limits.memoryBytes());
    LimitFile swap = swap(group);
    if (Files.exists(swap.file())) {
      swap.set(Swap.bytes(limits));
    } else {
      Swap.requireOff(swaps, swap.file());
    }
  }

  @Override
  public void verify(Path group, Limits limits) throws IOException {
    ControlFile.verify(group.resolve(OOM_GROUP), 1);
    if (limits.memoryBytes() == null) {
      return;
    }
    memory(group).verifyBytes(limits.memoryBytes());
    LimitFile swap = swap(group);
    if (Files.exists(swap.file())) {
      swap.verifyBytes(Swap.bytes(limits));
    }
  }

  private static LimitFile memory(Path group) {
    return new LimitFile("limits.memory_bytes", group.resolve(MEMORY));
  }

  private static LimitFile swap(Path group) {
    return new LimitFile(Swap.FIELD, group.resolve(SWAP));
  }
}
