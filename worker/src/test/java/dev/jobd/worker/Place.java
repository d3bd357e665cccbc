package dev.jobd.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

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

  @Override
  public void close() throws IOException {
    StateDirectory.removeTree(root);
  }
}
