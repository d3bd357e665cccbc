package dev.jobd.worker.cgroup;

/** What a job may have a limit on. A host must have a controller for each. */
enum Resource {
  CPU("cpu"),
  MEMORY("memory"),
  PIDS("pids");

  private final String controller;

  Resource(String controller) {
    this.controller = controller;
  }

  /** The name that the kernel gives the controller, in v1 and v2 alike. */
  String controller() {
    return controller;
  }
}
