package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reading from and writing to disks, of what stays in the page cache too where the file system says
 * whose it is (ext2, ext4, btrfs, xfs, f2fs).
 *
 * <p>Disks are given by the kernel's names.
 */
record IoV2(Disks disks) implements Controller {
  static final String BFQ_WEIGHT = "io.bfq.weight";
  static final String WEIGHT = "io.weight";

  private static final String MAX = "io.max";

  @Override
  public void set(Path group, Limits limits) throws IOException {
    for (IoLimit limit : limits.io()) {
      max(group).setWords(IoLimits.number(disks, limit), bounds(limit));
    }
    if (limits.ioWeight() != null) {
      for (Map.Entry<LimitFile, Long> weight : weights(group, limits.ioWeight()).entrySet()) {
        weight.getKey().set(weight.getValue());
      }
    }
  }

  @Override
  public void change(Path group, Limits from, Limits to) throws IOException {
    for (IoLimit limit : IoLimits.present(disks, from.io())) {
      Set<String> lifted = new LinkedHashSet<>(keys(limit));
      IoLimits.of(to, limit.device()).ifPresent(l -> lifted.removeAll(keys(l)));
      for (String key : lifted) {
        max(group).set(IoLimits.number(disks, limit) + " " + key + "=max");
      }
    }
    if (from.ioWeight() != null && to.ioWeight() == null) {
      for (LimitFile file : weights(group, IoWeight.DEFAULT).keySet()) {
        file.set(IoWeight.DEFAULT);
      }
    }
    set(group, IoLimits.withoutGone(disks, from, to));
  }

  private static List<String> keys(IoLimit limit) {
    return bounds(limit).stream().map(bound -> bound.substring(0, bound.indexOf('='))).toList();
  }

  @Override
  public void verify(Path group, Limits limits) throws IOException {
    for (IoLimit limit : IoLimits.present(disks, limits.io())) {
      max(group).verifyWords(IoLimits.number(disks, limit), bounds(limit));
    }
    if (limits.ioWeight() != null) {
      for (Map.Entry<LimitFile, Long> weight : weights(group, limits.ioWeight()).entrySet()) {
        weight.getKey().verifyLine("default " + weight.getValue());
      }
    }
  }

  private static List<String> bounds(IoLimit limit) {
    List<String> bounds = new ArrayList<>(4);
    add(bounds, "rbps=", limit.readBps());
    add(bounds, "wbps=", limit.writeBps());
    add(bounds, "riops=", limit.readIops());
    add(bounds, "wiops=", limit.writeIops());
    return bounds;
  }

  private static void add(List<String> bounds, String key, @Nullable Long value) {
    if (value != null) {
      bounds.add(key + value);
    }
  }

  private static LimitFile max(Path group) {
    return new LimitFile(IoLimits.FIELD, group.resolve(MAX));
  }

  /** To all that may heed it: BFQ has its own file and scale, the cost model of disks another. */
  private static Map<LimitFile, Long> weights(Path group, long weight) {
    Map<LimitFile, Long> weights = new LinkedHashMap<>();
    if (Files.exists(group.resolve(WEIGHT))) {
      weights.put(new LimitFile(IoWeight.FIELD, group.resolve(WEIGHT)), weight);
    }
    if (Files.exists(group.resolve(BFQ_WEIGHT))) {
      weights.put(new LimitFile(IoWeight.FIELD, group.resolve(BFQ_WEIGHT)), IoWeight.bfq(weight));
    }
    return weights;
  }
}
