package dev.jobd.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A contestant that is a program put before the command. */
record Program(String name, String isolation, List<String> prefix) implements Contestant {

  @Override
  public Timing run(Command command) throws CommandFailedException {
    List<String> argv = new ArrayList<>(prefix);
    argv.addAll(command.argv());
    return Spawn.run(argv);
  }

  static Program bare() {
    return new Program("posix_spawn", "none", List.of());
  }

  static Optional<Program> unshare() {
    return find("unshare")
        .map(
            path ->
                new Program(
                    "unshare",
                    "namespaces",
                    List.of(
                        path,
                        "--fork",
                        "--pid",
                        "--mount",
                        "--mount-proc",
                        "--net",
                        "--ipc",
                        "--uts")));
  }

  static Optional<Program> bubblewrap() {
    return find("bwrap")
        .map(
            path ->
                new Program(
                    "bubblewrap",
                    "namespaces",
                    List.of(
                        path,
                        "--unshare-pid",
                        "--unshare-net",
                        "--unshare-ipc",
                        "--unshare-uts",
                        "--bind",
                        "/",
                        "/",
                        "--proc",
                        "/proc",
                        "--")));
  }

  /** The absolute path of a program of this host. */
  static Optional<String> find(String program) {
    return Stream.of("/usr/bin", "/usr/sbin", "/usr/local/bin", "/bin", "/sbin")
        .map(directory -> Path.of(directory, program))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }
}
