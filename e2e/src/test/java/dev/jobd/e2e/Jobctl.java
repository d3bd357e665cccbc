package dev.jobd.e2e;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The client as one user has set it up: its whole environment, and nothing of the test's own. */
record Jobctl(Map<String, String> environment) {
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  static Jobctl of(String server, Path credentials, Path authority, Path configuration) {
    return new Jobctl(
        Map.of(
            "PATH", PATH,
            "HOME", configuration.toString(),
            "XDG_CONFIG_HOME", configuration.toString(),
            "JOBCTL_SERVER", server,
            "JOBCTL_CERT", credentials.toString(),
            "JOBCTL_CA", authority.toString()));
  }

  Jobctl with(String variable, String value) {
    Map<String, String> changed = new TreeMap<>(environment);
    changed.put(variable, value);
    return new Jobctl(changed);
  }

  Jobctl without(String variable) {
    Map<String, String> changed = new TreeMap<>(environment);
    changed.remove(variable);
    return new Jobctl(changed);
  }

  /** Starts the program and lets it run. */
  Running start(String... arguments) throws IOException {
    return Running.start(command(arguments));
  }

  /** The program, ready to be started. */
  ProcessBuilder command(String... arguments) {
    ProcessBuilder builder = new ProcessBuilder(Dist.JOBCTL);
    builder.command().addAll(List.of(arguments));
    builder.environment().clear();
    builder.environment().putAll(environment);
    String javaHome = System.getenv("JOBD_JAVA_HOME");
    if (javaHome != null) {
      builder.environment().put("JOBD_JAVA_HOME", javaHome);
    }
    return builder;
  }

  /** Runs the program to its end. */
  Outcome run(String... arguments) throws IOException, InterruptedException {
    try (Running running = start(arguments)) {
      return running.await();
    }
  }

  /** Starts a job by {@code jobctl start} and answers its id. */
  String startJob(String... arguments) throws IOException, InterruptedException {
    String[] all = new String[arguments.length + 1];
    all[0] = "start";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return run(all).succeeded().line();
  }
}
