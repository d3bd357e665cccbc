package dev.jobd.worker.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A job's share of disks' time where jobs compete for it. Heeded for disks whose scheduler is BFQ,
 * and on v2 for those that the kernel's cost model (io.cost) is on for; by no other.
 */
final class IoWeight {
  static final String FIELD = "limits.io_weight";

  static final long DEFAULT = 100;
  private static final long MAX = 10_000;
  private static final long BFQ_MAX = 1_000;

  private IoWeight() {}

  /**
   * On BFQ's scale of 1 to 1000, whose middle is 100 too: the lower half as it is, the upper one in
   * proportion.
   */
  static long bfq(long weight) {
    return weight <= DEFAULT
        ? weight
        : DEFAULT + (weight - DEFAULT) * (BFQ_MAX - DEFAULT) / (MAX - DEFAULT);
  }

  /** The disks that heed it now: whose scheduler BFQ is, which may change at any time. */
  static List<String> heeding(Path sys) throws IOException {
    try (Stream<Path> disks = Files.list(sys.resolve("block"))) {
      return disks
          .filter(disk -> usesBfq(disk.resolve("queue/scheduler")))
          .map(disk -> String.valueOf(disk.getFileName()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new CgroupException("list " + sys.resolve("block"), e);
    }
  }

  private static boolean usesBfq(Path scheduler) {
    try {
      return ControlFile.read(scheduler).contains("[bfq]");
    } catch (IOException e) {
      return false; // a disk without a queue of its own, or one that is just going
    }
  }

  /** Whether the kernel's cost model shares any disk: only the root of cgroup v2 tells. */
  static boolean isCosted(Path group) throws IOException {
    for (Path above = group; above != null; above = above.getParent()) {
      Path costs = above.resolve("io.cost.qos");
      if (Files.exists(costs)) {
        return ControlFile.read(costs).contains("enable=1");
      }
    }
    return false;
  }
}
