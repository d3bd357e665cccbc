package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reading from and writing to disks. Holds what the job itself has the disk do: reads, and writes
 * past the page cache or waited for (O_DIRECT, O_SYNC, fsync). What it leaves in the page cache,
 * the kernel writes later on its own, under no job's bounds: v1 does not know whose it was.
 *
 * <p>Disks are given by the kernel's names.
 */
record IoV1(Disks disks) implements Controller {
  static final String WEIGHT = "blkio.bfq.weight";

  private static final long UNBOUND = 0;

  @Override
  public void set(Path group, Limits limits) throws IOException {
    for (IoLimit limit : limits.io()) {
      String number = IoLimits.number(disks, limit);
      for (Map.Entry<LimitFile, Long> bound : bounds(group, limit).entrySet()) {
        bound.getKey().setLine(number + " " + bound.getValue());
      }
    }
    if (limits.ioWeight() != null) {
      weight(group).set(IoWeight.bfq(limits.ioWeight()));
    }
  }

  @Override
  public void change(Path group, Limits from, Limits to) throws IOException {
    for (IoLimit limit : IoLimits.present(disks, from.io())) {
      Set<LimitFile> lifted = new LinkedHashSet<>(bounds(group, limit).keySet());
      IoLimits.of(to, limit.device()).ifPresent(l -> lifted.removeAll(bounds(group, l).keySet()));
      for (LimitFile file : lifted) {
        file.set(IoLimits.number(disks, limit) + " " + UNBOUND);
      }
    }
    if (from.ioWeight() != null && to.ioWeight() == null) {
      weight(group).set(IoWeight.DEFAULT);
    }
    set(group, IoLimits.withoutGone(disks, from, to));
  }

  @Override
  public void verify(Path group, Limits limits) throws IOException {
    for (IoLimit limit : IoLimits.present(disks, limits.io())) {
      String number = IoLimits.number(disks, limit);
      for (Map.Entry<LimitFile, Long> bound : bounds(group, limit).entrySet()) {
        bound.getKey().verifyLine(number + " " + bound.getValue());
      }
    }
    if (limits.ioWeight() != null) {
      weight(group).verify(IoWeight.bfq(limits.ioWeight()));
    }
  }

  private static Map<LimitFile, Long> bounds(Path group, IoLimit limit) {
    Map<LimitFile, Long> bounds = new LinkedHashMap<>();
    put(bounds, group, "read_bps", limit.readBps());
    put(bounds, group, "write_bps", limit.writeBps());
    put(bounds, group, "read_iops", limit.readIops());
    put(bounds, group, "write_iops", limit.writeIops());
    return bounds;
  }

  private static void put(
      Map<LimitFile, Long> bounds, Path group, String bound, @Nullable Long value) {
    if (value != null) {
      Path file = group.resolve("blkio.throttle." + bound + "_device");
      bounds.put(new LimitFile(IoLimits.FIELD + "." + bound, file), value);
    }
  }

  private static LimitFile weight(Path group) {
    return new LimitFile(IoWeight.FIELD, group.resolve(WEIGHT));
  }
}
