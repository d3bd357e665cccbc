package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Usage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What goes to and comes from block devices, all devices added up. */
final class IoAccounts {
  /** A line is {@code 8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6}. */
  static final Account V2 =
      Account.total(
          "I/O",
          "io.stat",
          (counters, usage) -> {
            usage.ioBytes(transfer(counters, "rbytes=", "wbytes="));
            usage.ioOperations(transfer(counters, "rios=", "wios="));
          });

  /** Lines are {@code 8:0 Read 1}, {@code 8:0 Write 2} and more for each device that was used. */
  static final List<Account> V1 =
      List.of(
          Account.total(
              "I/O",
              "blkio.throttle.io_service_bytes_recursive",
              (counters, usage) -> usage.ioBytes(transferIfListed(counters))),
          Account.total(
              "I/O operations",
              "blkio.throttle.io_serviced_recursive",
              (counters, usage) -> usage.ioOperations(transferIfListed(counters))));

  private IoAccounts() {}

  /**
   * In v1, Linux 6.10 and later count for a disk from the first bound on, that anybody sets for it
   * (blk-throttle is set up then): where no disk is listed, nothing is known.
   */
  private static Usage.@Nullable Transfer transferIfListed(Counters counters) {
    boolean listed = counters.sum("Read ") != null || counters.sum("Write ") != null;
    return listed ? transfer(counters, "Read ", "Write ") : null;
  }

  /** In v2 the file is kept from the group's birth on: a device that is not listed was not used. */
  private static Usage.Transfer transfer(Counters counters, String read, String written) {
    return new Usage.Transfer(orZero(counters.sum(read)), orZero(counters.sum(written)));
  }

  private static long orZero(@Nullable Long count) {
    return count == null ? 0 : count;
  }
}
