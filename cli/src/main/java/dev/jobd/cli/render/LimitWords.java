package dev.jobd.cli.render;

import dev.jobd.api.v1.IoLimit;
import dev.jobd.api.v1.Limits;
import java.util.ArrayList;
import java.util.List;

/** A job's limits in words. */
public final class LimitWords {
  private LimitWords() {}

  /** For example {@code cpus 0.5, memory 512M, pids 64}; what has no limit is left out. */
  public static String of(Limits limits) {
    List<String> words = new ArrayList<>();
    add(words, limits.hasCpuMillis(), "cpus", Amount.cores(limits.getCpuMillis()));
    add(words, limits.hasCpuWeight(), "cpu-weight", limits.getCpuWeight());
    add(words, limits.hasCpuset(), "cpuset", limits.getCpuset());
    add(words, limits.hasNice(), "nice", limits.getNice());
    add(words, limits.hasMemoryBytes(), "memory", Amount.bytes((double) limits.getMemoryBytes()));
    add(words, limits.hasSwapBytes(), "swap", Amount.bytes((double) limits.getSwapBytes()));
    add(words, limits.hasPids(), "pids", limits.getPids());
    for (IoLimit io : limits.getIoList()) {
      String disk = io.getDevice() + ":";
      add(words, io.hasReadBps(), "read-bps", disk + Amount.bytes((double) io.getReadBps()));
      add(words, io.hasWriteBps(), "write-bps", disk + Amount.bytes((double) io.getWriteBps()));
      add(words, io.hasReadIops(), "read-iops", disk + io.getReadIops());
      add(words, io.hasWriteIops(), "write-iops", disk + io.getWriteIops());
    }
    add(words, limits.hasIoWeight(), "io-weight", limits.getIoWeight());
    add(words, limits.hasTimeout(), "timeout", Amount.span(limits.getTimeout()));
    add(
        words,
        limits.hasOutputBytes(),
        "max-output",
        Amount.bytes((double) limits.getOutputBytes()));
    return words.isEmpty() ? "no limits" : String.join(", ", words);
  }

  private static void add(List<String> words, boolean there, String name, Object value) {
    if (there) {
      words.add(name + " " + value);
    }
  }
}
