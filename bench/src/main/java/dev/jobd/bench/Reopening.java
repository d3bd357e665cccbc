package dev.jobd.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Opens workers on one state directory, each in a JVM of its own, as a server is started again. */
record Reopening(Path stateDirectory, Path shim) {
  /** As the launcher of jobd has them. */
  private static final List<String> SERVER_FLAGS =
      List.of("-Xmx512m", "-XX:+UseG1GC", "-XX:-UsePerfData");

  List<Reopened> open(int times) throws IOException, InterruptedException {
    List<Reopened> opened = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      opened.add(populate(0, 0));
    }
    return opened;
  }

  /** Opens one, runs jobs to their end and starts some that live on; memory is that of its end. */
  Reopened populate(int finished, int live) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(SERVER_FLAGS);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ReopeningMain.class.getName());
    command.addAll(List.of(stateDirectory.toString(), shim.toString()));
    command.addAll(List.of(Integer.toString(finished), Integer.toString(live)));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
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
