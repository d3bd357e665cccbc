package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;

/** What a job's group needs a controller for. */
enum Resource {
  CPU("cpu", "cpu"),
  MEMORY("memory", "memory"),
  PIDS("pids", "pids"),
  IO("blkio", "io"),
  CPUSET("cpuset", "cpuset"),

  /** Counts processor time, where no cgroup2 tree does. */
  CPUACCT("cpuacct", ""),

  /** Stops what is to be killed, where no cgroup2 tree kills it at once. */
  FREEZER("freezer", "");

  private final String legacy;
  private final String unified;

  Resource(String legacy, String unified) {
    this.legacy = legacy;
    this.unified = unified;
  }

  /** The controller's name in v1. */
  String legacy() {
    return legacy;
  }

  /** The controller's name in v2; empty where there is none. */
  String unified() {
    return unified;
  }

  /** Whether it bounds nothing, and a cgroup2 tree does without it. */
  boolean isMeans() {
    return unified.isEmpty();
  }

  /** Whether a host without it runs no jobs at all; else it refuses those that ask for it. */
  boolean required() {
    return switch (this) {
      case CPU, MEMORY, PIDS -> true;
      case IO, CPUSET, CPUACCT, FREEZER -> false;
    };
  }

  /** Whether a job needs a group for it: what is rarely asked for costs only who asks. */
  boolean neededFor(Limits limits) {
    return this != CPUSET || limits.cpuset() != null;
  }
}
