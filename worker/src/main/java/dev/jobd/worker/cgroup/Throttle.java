package dev.jobd.worker.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Bounds on reading and writing, lifted for what is to be killed: who waits for his turn on a disk
 * waits uninterruptibly, and would be there, killed, for as long as his bound says. The shim does
 * the same, and first; this is for what it left.
 */
final class Throttle {
  /** The files of both versions, of lines {@code DEVICE BOUNDS}, and what stands for none. */
  private static final Map<String, String> UNBOUND =
      Map.of(
          "io.max", "rbps=max wbps=max riops=max wiops=max",
          "blkio.throttle.read_bps_device", "0",
          "blkio.throttle.write_bps_device", "0",
          "blkio.throttle.read_iops_device", "0",
          "blkio.throttle.write_iops_device", "0");

  private Throttle() {}

  static void lift(Path group) throws IOException {
    for (Map.Entry<String, String> bounds : UNBOUND.entrySet()) {
      Path file = group.resolve(bounds.getKey());
      if (Files.exists(file)) {
        for (String line : ControlFile.read(file).lines().toList()) {
          ControlFile.write(file, line.split(" ", 2)[0] + " " + bounds.getValue());
        }
      }
    }
  }

  /** Whether {@code group} can have bounds, and has none. */
  static boolean isLifted(Path group) throws IOException {
    boolean can = false;
    for (String name : UNBOUND.keySet()) {
      Path file = group.resolve(name);
      if (Files.exists(file)) {
        can = true;
        if (!ControlFile.read(file).isEmpty()) {
          return false;
        }
      }
    }
    return can;
  }
}
