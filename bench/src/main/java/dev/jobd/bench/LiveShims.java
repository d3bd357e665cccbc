package dev.jobd.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/** The shims of one state directory's jobs; each has one child, the init of its job. */
record LiveShims(List<ProcessHandle> shims) {
  private static final String TITLE = "jobd-shim\0";

  /** A shim has its job's id in the place of its argument, and no control terminal of ours. */
  static LiveShims of(Path stateDirectory) {
    Path jobs = stateDirectory.resolve("jobs");
    List<ProcessHandle> all =
        ProcessHandle.allProcesses().filter(process -> isOf(jobs, process)).toList();
    // An init is a copy of its shim and has the same title.
    return new LiveShims(
        all.stream().filter(process -> process.parent().filter(all::contains).isEmpty()).toList());
  }

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

  /** Of one shim, on average, in bytes. */
  double shimPss() throws IOException {
    return meanPss(shims);
  }

  /** Of one init, on average, in bytes. */
  double initPss() throws IOException {
    return meanPss(inits().toList());
  }

  private Stream<ProcessHandle> inits() {
    return shims.stream().flatMap(ProcessHandle::children);
  }

  private static double meanPss(List<ProcessHandle> processes) throws IOException {
    long sum = 0;
    for (ProcessHandle process : processes) {
      sum += HostMemory.pss(Long.toString(process.pid()));
    }
    return (double) sum / Math.max(1, processes.size());
  }

  /** Terminates the commands, and waits until the shims have recorded it and are gone. */
  void endJobs() {
    inits().flatMap(ProcessHandle::children).forEach(ProcessHandle::destroy);
    try {
      CompletableFuture.allOf(
              shims.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new))
          .join();
    } catch (CompletionException e) {
      throw new AssertionError(e); // an exit is never exceptional
    }
  }
}
