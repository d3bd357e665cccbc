package dev.jobd.worker;

import dev.jobd.worker.cgroup.Cgroups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where servers die: a directory of their own, with their state and what their jobs leave.
 *
 * @param root the working directory of the servers, and so of shims that wait for a job
 */
record Place(Path root) implements AutoCloseable {
  static Place make() throws IOException {
    Place place = new Place(Files.createTempDirectory("jobd-kill").toRealPath());
    Files.createDirectory(place.ran());
    return place;
  }

  Path state() {
    return root.resolve("state");
  }

  Path jobs() {
    return state().resolve("jobs");
  }

  /** A file for each job that was executed, named by its id, with a line for each time. */
  Path ran() {
    return root.resolve("ran");
  }

  /** Ends what still runs, as after a test that failed, and removes everything. */
  @Override
  public void close() throws IOException {
    List<ProcessHandle> shims = Processes.workingIn(root);
    shims.forEach(ProcessHandle::destroyForcibly); // a job never outlives its shim
    shims.forEach(shim -> shim.onExit().join());
    Path instance = state().resolve("instance");
    if (Files.exists(instance)) {
      removeGroups(Files.readString(instance));
    }
    StateDirectory.removeTree(root);
  }

  private static void removeGroups(String instance) throws IOException {
    try (Cgroups cgroups = Cgroups.open(instance)) {
      for (String job : cgroups.jobs()) {
        cgroups.existing(job).kill();
        cgroups.existing(job).remove();
      }
    }
  }
}
