package dev.jobd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A container runtime, given one bundle for each command: the same namespaces and limits. */
final class OciRuntime implements Contestant {
  private final String name;
  private final String path;
  private final Path state;
  private final Map<Command, Path> bundles = new EnumMap<>(Command.class);
  private final AtomicLong containers = new AtomicLong();

  private OciRuntime(String name, String path, Path state) {
    this.name = name;
    this.path = path;
    this.state = state;
  }

  /**
   * Prepares a runtime for every command.
   *
   * @param directory for bundles and the runtime's own state; in memory, as it is by default
   */
  static OciRuntime at(String name, String path, Path directory) throws IOException {
    OciRuntime runtime = new OciRuntime(name, path, directory.resolve(name + "-state"));
    Path root = root(directory.resolve(name + "-root"));
    for (Command command : Command.values()) {
      Path bundle = Files.createDirectories(directory.resolve(name + "-" + command));
      Files.writeString(bundle.resolve("config.json"), configuration(command, root));
      runtime.bundles.put(command, bundle);
    }
    return runtime;
  }

  private static String configuration(Command command, Path root) {
    String arguments =
        command.argv().stream().map(a -> '"' + a + '"').collect(Collectors.joining(", "));
    return """
    {
      "ociVersion": "1.0.2",
      "process": {
        "terminal": false, "cwd": "/", "args": [%s],
        "env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
        "user": {"uid": 0, "gid": 0}
      },
      "root": {"path": "%s"},
      "mounts": [
        {"destination": "/proc", "type": "proc", "source": "proc"},
        {"destination": "/usr", "type": "bind", "source": "/usr", "options": ["rbind", "ro"]}
      ],
      "linux": {
        "namespaces": [
          {"type": "pid"}, {"type": "mount"}, {"type": "network"}, {"type": "ipc"},
          {"type": "uts"}
        ],
        "resources": {
          "cpu": {"quota": 100000, "period": 100000},
          "memory": {"limit": %d},
          "pids": {"limit": %d}
        }
      }
    }
    """
        .formatted(arguments, root, WorkerLibrary.MEMORY_BYTES, WorkerLibrary.PIDS);
  }

  /** A root that finds all its programs in the host's /usr, as this kind of distribution does. */
  private static Path root(Path root) throws IOException {
    Files.createDirectories(root);
    for (String directory : List.of("proc", "usr", "dev")) {
      Files.createDirectories(root.resolve(directory));
    }
    try (Stream<Path> links = Files.list(Path.of("/"))) {
      for (Path link : links.filter(Files::isSymbolicLink).toList()) {
        Path copy = root.resolve(link.getFileName());
        if (Files.readSymbolicLink(link).startsWith("usr") && !Files.exists(copy)) {
          Files.createSymbolicLink(copy, Files.readSymbolicLink(link));
        }
      }
    }
    return root;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String isolation() {
    return "namespaces, limits";
  }

  @Override
  public Timing run(Command command) throws CommandFailedException {
    String bundle = String.valueOf(bundles.get(command));
    String id = "jobd-bench-" + name + "-" + containers.incrementAndGet();
    return Spawn.run(List.of(path, "--root", state.toString(), "run", "--bundle", bundle, id));
  }
}
