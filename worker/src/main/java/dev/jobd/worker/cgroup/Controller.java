package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.LimitRefusedException;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;

/** The control files of one resource in one version of the kernel's interface. */
sealed interface Controller
    permits CpuV1, CpuV2, CpusetV1, CpusetV2, IoV1, IoV2, MemoryV1, MemoryV2, Pids {
  /** Writes what {@code limits} ask of this controller to {@code group}; nothing where nothing. */
  void set(Path group, Limits limits) throws IOException;

  /**
   * Takes {@code group}, whose processes run, from {@code from} to {@code to}. What {@code to} does
   * not limit has no limit afterwards.
   *
   * @throws LimitRefusedException where the job uses more than the limit would allow
   */
  void change(Path group, Limits from, Limits to) throws IOException;

  /** Refuses where the kernel does not hold what {@link #set} wrote. */
  void verify(Path group, Limits limits) throws IOException;
}
