package dev.jobd.worker.cgroup;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The groups that a process is in.
 *
 * @param paths from the name of a v1 controller, or {@link #UNIFIED}, to the group's path
 */
record Membership(Map<String, String> paths) {
  /** Stands for cgroup v2, whose line names no controllers. */
  static final String UNIFIED = "";

  Membership {
    paths = Map.copyOf(paths);
  }

  /** Lines are {@code id:controller[,controller…]:path}; the path may hold colons itself. */
  static Membership parse(String cgroup) {
    Map<String, String> paths = new HashMap<>();
    for (String line : cgroup.lines().toList()) {
      String[] fields = line.split(":", 3);
      if (fields.length == 3) {
        for (String controller : fields[1].split(",", -1)) {
          paths.put(controller, fields[2]);
        }
      }
    }
    return new Membership(paths);
  }

  Optional<String> path(String controller) {
    return Optional.ofNullable(paths.get(controller));
  }
}
