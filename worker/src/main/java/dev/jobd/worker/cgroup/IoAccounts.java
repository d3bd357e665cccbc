package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Usage;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What goes to and comes from disks, all disks added up.
 *
 * <p>The kernel counts what is done to a disk that is made of others (device-mapper, RAID), and
 * again what that has those do. The disks at the bottom alone are not enough: some of that is done
 * by threads of the kernel's, and counted as nobody's (what dm-crypt writes). So what counts is the
 * larger of what is done to those at the top and to those at the bottom.
 */
record IoAccounts(Disks disks) {
  /** The major number of loop disks. What they do to the disk of their file counts for the same. */
  private static final String LOOP = "7:";

  /** A line is {@code 8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6}. */
  Account v2() {
    return Account.total(
        "I/O",
        "io.stat",
        (counters, usage) -> {
          Disjoint disks = disjoint(counters);
          usage.ioBytes(disks.transfer("rbytes=", "wbytes="));
          usage.ioOperations(disks.transfer("rios=", "wios="));
        });
  }

  /** Lines are {@code 8:0 Read 1}, {@code 8:0 Write 2} and more for each device that was used. */
  List<Account> v1() {
    return List.of(
        Account.total(
            "I/O",
            "blkio.throttle.io_service_bytes_recursive",
            (counters, usage) -> usage.ioBytes(transferIfListed(counters))),
        Account.total(
            "I/O operations",
            "blkio.throttle.io_serviced_recursive",
            (counters, usage) -> usage.ioOperations(transferIfListed(counters))));
  }

  /**
   * In v1, Linux 6.10 and later count for a disk from the first bound on, that anybody sets for it
   * (blk-throttle is set up then): where no disk is listed, nothing is known. To set it up here for
   * every disk would wait for all that is under way on each, and for ever where one does not
   * answer.
   */
  private Usage.@Nullable Transfer transferIfListed(Counters counters) throws IOException {
    Disjoint disks = disjoint(counters);
    boolean listed = disks.count("Read ") != null || disks.count("Write ") != null;
    return listed ? disks.transfer("Read ", "Write ") : null;
  }

  private Disjoint disjoint(Counters counters) throws IOException {
    Counters all = counters.lines(disk -> !disk.startsWith(LOOP));
    Set<String> made = new HashSet<>();
    Set<String> parts = new HashSet<>();
    for (String disk : all.subjects()) {
      Set<String> others = disks.parts(disk);
      parts.addAll(others);
      if (!others.isEmpty()) {
        made.add(disk);
      }
    }
    return new Disjoint(
        all.lines(disk -> !parts.contains(disk)), all.lines(disk -> !made.contains(disk)));
  }

  /**
   * What is counted of disks of which none is made of another.
   *
   * @param top those of which no other is made
   * @param bottom those that are made of no other
   */
  private record Disjoint(Counters top, Counters bottom) {
    @Nullable Long count(String word) {
      Long above = top.sum(word);
      Long below = bottom.sum(word);
      return above == null ? below : below == null ? above : Long.valueOf(Math.max(above, below));
    }

    /** A disk that is not listed was not used: in v2 the file is kept from the group's birth on. */
    Usage.Transfer transfer(String read, String written) {
      return new Usage.Transfer(orZero(count(read)), orZero(count(written)));
    }
  }

  private static long orZero(@Nullable Long count) {
    return count == null ? 0 : count;
  }
}
