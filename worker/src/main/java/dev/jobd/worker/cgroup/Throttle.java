package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.LimitRefusedException;
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

  /** At the kill, at the command's end, at init's end, and when the shim is told of a change. */
  static final int MAX_LIFTS = 4;

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

  /** Writes bounds of a group, and reads each back. */
  @FunctionalInterface
  interface Writing {
    void run() throws IOException;
  }

  /**
   * Has {@code writing} done again where a bound does not read back as it was written: whoever
   * kills the job has lifted it in between, and will lift this one again.
   */
  static void despiteLifts(Writing writing) throws IOException {
    for (int lifts = 0; ; lifts++) {
      try {
        writing.run();
        return;
      } catch (LimitRefusedException e) {
        if (lifts == MAX_LIFTS || !IoLimits.isBound(e.field())) {
          throw e;
        }
      }
    }
  }
}
