package dev.jobd.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opens workers on one state directory, each in a JVM of its own, as a server is started again. */
final class Reopening {
  /** As the launcher of jobd has them. */
  private static final List<String> SERVER_FLAGS =
      List.of("-Xmx512m", "-XX:+UseG1GC", "-XX:-UsePerfData");

  private final Path stateDirectory;
  private final Path shim;
  private boolean interrupted;
  private @Nullable Process underWay;

  Reopening(Path stateDirectory, Path shim) {
    this.stateDirectory = stateDirectory;
    this.shim = shim;
  }

  Path stateDirectory() {
    return stateDirectory;
  }

  List<Reopened> open(int times) throws IOException, InterruptedException {
    List<Reopened> opened = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      opened.add(populate(0, 0));
    }
    return opened;
  }

  /** Opens one, runs jobs to their end and starts some that live on; memory is that of its end. */
  Reopened populate(int finished, int live) throws IOException, InterruptedException {
    return result(begin(finished, live));
  }

  private synchronized Process begin(int finished, int live)
      throws IOException, InterruptedException {
    if (interrupted) {
      throw new InterruptedException("the measurement was interrupted");
    }
    underWay = start(finished, live);
    return underWay;
  }

  /** Ends what is under way, and lets nothing more begin but {@link #cleanUp}; from any thread. */
  synchronized void interrupt() {
    interrupted = true;
    if (underWay != null) {
      underWay.destroyForcibly();
    }
  }

  /** Ends the jobs that live, and has a worker conclude them and remove their groups. */
  void cleanUp() throws IOException, InterruptedException {
    LiveShims.of(stateDirectory).endJobs();
    Reopened _ = result(start(0, 0));
  }

  private Process start(int finished, int live) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(SERVER_FLAGS);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ReopeningMain.class.getName());
    command.addAll(List.of(stateDirectory.toString(), shim.toString()));
    command.addAll(List.of(Integer.toString(finished), Integer.toString(live)));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static Reopened result(Process process) throws IOException, InterruptedException {
    try (BufferedReader out = process.inputReader(StandardCharsets.US_ASCII)) {
      String line = out.readLine();
      int exitCode = process.waitFor();
      if (line == null || exitCode != 0) {
        throw new IOException("the JVM that opens a worker exited with " + exitCode);
      }
      return Reopened.parse(line);
    }
  }
}
