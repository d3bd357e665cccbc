package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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
  private static final String USED = "memory.current";
  private static final String SWAPPED = "memory.swap.current";
  private static final String UNLIMITED = "max";

  /** Since Linux 5.19. */
  private static final String RECLAIM = "memory.reclaim";

  static final List<Account> ACCOUNTS =
      List.of(
          Account.ofTheMoment(
              "memory", USED, (counters, usage) -> usage.memoryBytes(counters.single())),
          Account.total(
              "peak memory",
              "memory.peak",
              (counters, usage) -> usage.peakMemoryBytes(counters.single())));

  @Override
  public void set(Path group, Limits limits) throws IOException {
    ControlFile.write(group.resolve(OOM_GROUP), 1);
    limit(group, limits);
  }

  private void limit(Path group, Limits limits) throws IOException {
    if (limits.memoryBytes() == null) {
      return;
    }
    memory(group).setBytes(limits.memoryBytes());
    LimitFile swap = swap(group);
    if (Files.exists(swap.file())) {
      swap.setBytes(Swap.bytes(limits));
    } else {
      Swap.requireOff(swaps, swap.file());
    }
  }

  /**
   * Memory first where that rises: it is to be had back whatever becomes of swap. Else swap: what
   * memory has to give back then goes there no further than it may. The kernel takes nothing back
   * from swap, and would kill the job where memory is limited to less than what it cannot give
   * back.
   */
  @Override
  public void change(Path group, Limits from, Limits to) throws IOException {
    if (to.memoryBytes() != null) {
      if (from.memoryBytes() != null && from.memoryBytes() < to.memoryBytes()) {
        memory(group).setBytes(to.memoryBytes());
      }
      limitSwap(group, Swap.bytes(to));
      takeBack(group, to.memoryBytes());
    } else if (from.memoryBytes() != null) {
      memory(group).set(UNLIMITED);
      if (Files.exists(swap(group).file())) {
        swap(group).set(UNLIMITED);
      }
    }
    limit(group, to);
  }

  /** Looks when it holds: from then on there is no more in swap than that, or there was before. */
  private static void limitSwap(Path group, long bytes) throws IOException {
    if (Files.exists(swap(group).file()) && !swap(group).holdsBytes(bytes)) {
      swap(group).set(bytes);
      long used = number(group.resolve(SWAPPED));
      if (used > bytes) {
        throw Swap.inUse(used, bytes);
      }
    }
  }

  /**
   * Has the kernel free what it can above {@code bytes}, and refuses where that is not enough. Not
   * where that is the limit already: for a moment, a group may use more than its limit.
   */
  private static void takeBack(Path group, long bytes) throws IOException {
    if (memory(group).holdsBytes(bytes)) {
      return;
    }
    long used = number(group.resolve(USED));
    if (used > bytes && Files.exists(group.resolve(RECLAIM))) {
      try {
        ControlFile.write(group.resolve(RECLAIM), used - bytes);
      } catch (CgroupException e) {
        // EAGAIN: not all of it; what matters is what is left
      }
      used = number(group.resolve(USED));
    }
    if (used > bytes) {
      throw MemoryInUse.refusal(used, bytes);
    }
  }

  private static long number(Path file) throws IOException {
    Long number = new Counters(ControlFile.read(file)).single();
    if (number == null) {
      throw new CgroupException("read " + file, "holds no number");
    }
    return number;
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
    return new LimitFile(Swap.MEMORY_FIELD, group.resolve(MEMORY));
  }

  private static LimitFile swap(Path group) {
    return new LimitFile(Swap.FIELD, group.resolve(SWAP));
  }
}
