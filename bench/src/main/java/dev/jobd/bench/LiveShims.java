package dev.jobd.bench;

import static java.util.stream.Collectors.groupingBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The processes of one state directory's jobs: shims, the init that each has, and the commands that
 * the inits have.
 */
record LiveShims(
    List<ProcessHandle> shims, List<ProcessHandle> inits, List<ProcessHandle> commands) {
  private static final String TITLE = "jobd-shim\0";

  static LiveShims of(Path stateDirectory) {
    Path jobs = stateDirectory.resolve("jobs");
    Map<Optional<ProcessHandle>, List<ProcessHandle>> children =
        ProcessHandle.allProcesses().collect(groupingBy(ProcessHandle::parent));
    // An init is a copy of its shim and has the same title.
    List<ProcessHandle> titled =
        ProcessHandle.allProcesses().filter(process -> isOf(jobs, process)).toList();
    List<ProcessHandle> shims =
        titled.stream()
            .filter(process -> !process.parent().map(titled::contains).orElse(false))
            .toList();
    List<ProcessHandle> inits = below(shims, children);
    return new LiveShims(shims, inits, below(inits, children));
  }

  private static List<ProcessHandle> below(
      List<ProcessHandle> parents, Map<Optional<ProcessHandle>, List<ProcessHandle>> children) {
    return parents.stream()
        .flatMap(parent -> children.getOrDefault(Optional.of(parent), List.of()).stream())
        .toList();
  }

  /** A shim has its job's id in the place of its argument. */
  private static boolean isOf(Path jobs, ProcessHandle process) {
    try {
      byte[] bytes = Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
      String line = new String(bytes, StandardCharsets.ISO_8859_1);
      return line.startsWith(TITLE)
          && Files.isDirectory(jobs.resolve(line.substring(TITLE.length()).split("\0", 2)[0]));
    } catch (IOException e) {
      return false; // ended while we looked
    }
  }

  int count() {
    return shims.size();
  }

  /** Of one process, on average, in bytes. */
  static double meanPss(List<ProcessHandle> processes) throws IOException {
    long sum = 0;
    for (ProcessHandle process : processes) {
      sum += HostMemory.pss(Long.toString(process.pid()));
    }
    return (double) sum / Math.max(1, processes.size());
  }

  /** Terminates the commands, and waits until the shims have recorded it and are gone. */
  void endJobs() {
    commands.forEach(ProcessHandle::destroy);
    CompletableFuture.allOf(
            shims.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new))
        .join();
  }
}
