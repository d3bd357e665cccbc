package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.LimitRefusedException;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
  private static final String USED = "memory.usage_in_bytes";
  private static final String STAT = "memory.stat";
  private static final long UNLIMITED = -1;

  static final List<Account> ACCOUNTS =
      List.of(
          Account.ofTheMoment(
              "memory", USED, (counters, usage) -> usage.memoryBytes(counters.single())),
          Account.total(
              "peak memory",
              "memory.max_usage_in_bytes",
              (counters, usage) -> usage.peakMemoryBytes(counters.single())));

  /** Memory first: the kernel refuses a limit on both that is below that on memory alone. */
  @Override
  public void set(Path group, Limits limits) throws IOException {
    if (limits.memoryBytes() == null) {
      return;
    }
    memory(group).setBytes(limits.memoryBytes());
    LimitFile both = both(group);
    if (Files.exists(both.file())) {
      both.setBytes(total(limits));
    } else {
      Swap.requireOff(swaps, both.file());
    }
  }

  /**
   * Where the limit on both rises, it first: it must not be below that on memory. Else memory
   * first: what it gives back may go to swap, as far as both were limited before, and where that is
   * too far, the new limit on both is refused. The kernel takes back what it can where limits fall,
   * and answers EBUSY where that is not enough.
   */
  @Override
  public void change(Path group, Limits from, Limits to) throws IOException {
    LimitFile both = both(group);
    Long held = count(group, MEMORY_AND_SWAP);
    if (held != null && total(to) > held) {
      both.set(to.memoryBytes() == null ? UNLIMITED : total(to));
    }
    if (from.memoryBytes() != null && to.memoryBytes() == null) {
      memory(group).set(UNLIMITED);
    }
    try {
      set(group, to);
    } catch (LimitRefusedException e) {
      requireRoom(group, to);
      throw e;
    }
  }

  /** Why the kernel refused, where it is want of room. */
  private static void requireRoom(Path group, Limits to) throws IOException {
    if (to.memoryBytes() == null) {
      return;
    }
    Long used = count(group, USED);
    if (used != null && used > to.memoryBytes()) {
      throw MemoryInUse.refusal(used, to.memoryBytes());
    }
    Long swapped = new Counters(ControlFile.read(group.resolve(STAT))).named("swap");
    if (swapped != null && swapped > Swap.bytes(to)) {
      throw Swap.inUse(swapped, Swap.bytes(to));
    }
  }

  private static @Nullable Long count(Path group, String file) throws IOException {
    String text = ControlFile.readIfKept(group.resolve(file));
    return text == null ? null : new Counters(text).single();
  }

  @Override
  public void verify(Path group, Limits limits) throws IOException {
    if (limits.memoryBytes() == null) {
      return;
    }
    memory(group).verifyBytes(limits.memoryBytes());
    LimitFile both = both(group);
    if (Files.exists(both.file())) {
      both.verifyBytes(total(limits));
    }
  }

  /** Memory and swap together. */
  private static long total(Limits limits) {
    return limits.memoryBytes() == null
        ? Long.MAX_VALUE
        : limits.memoryBytes() + Swap.bytes(limits);
  }

  private static LimitFile memory(Path group) {
    return new LimitFile(Swap.MEMORY_FIELD, group.resolve(MEMORY));
  }

  private static LimitFile both(Path group) {
    return new LimitFile(Swap.FIELD, group.resolve(MEMORY_AND_SWAP));
  }
}
