package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.LimitRefusedException;

/** What keeps memory from being limited to less than it is. */
final class MemoryInUse {
  private MemoryInUse() {}

  /**
   * @param used what is left when all is taken back that can be
   */
  static LimitRefusedException refusal(long used, long asked) {
    return new LimitRefusedException(
        Swap.MEMORY_FIELD,
        "must be at least " + used + ", which the job uses now and cannot give back, was " + asked);
  }
}
