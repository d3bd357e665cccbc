package dev.jobd.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code jobctl logs} beside {@code curl} from a bare sender, both writing all to /dev/null. */
final class ClientPrograms {
  private ClientPrograms() {}

  static void measure(Path dist, int rounds, int mebibytes) throws Exception {
    try (TemporaryDirectory directory = TemporaryDirectory.onDisk();
        Jobd jobd = Jobd.start(dist, directory.path(), "")) {
      String job = jobd.startJob("head", "-c", mebibytes + "M", "/dev/zero");
      jobd.await(job);
      System.out.printf(
          "Delivery of %d MiB to a program, its start included; %d rounds%n%n%s%n",
          mebibytes, rounds, compare(jobd, job, mebibytes, rounds));
    }
  }

  private static Table compare(Jobd jobd, String job, int mebibytes, int rounds) throws Exception {
    Path output = jobd.directory(job).resolve("output");
    Samples byCurl = new Samples();
    Samples byJobctl = new Samples();
    try (OpensslSender openssl = new OpensslSender(jobd.pki(), jobd.tls(), output, 1)) {
      for (int round = -1; round < rounds; round++) {
        long curl = run(curl(jobd, openssl), Map.of());
        long jobctl =
            run(List.of(jobd.dist().resolve("bin/jobctl").toString(), "logs", job), jobctl(jobd));
        if (round >= 0) {
          byCurl.add(curl);
          byJobctl.add(jobctl);
        }
      }
    }
    Table table = new Table("contestant", "MiB/s", "slowest", "ratio");
    row(table, "curl from openssl s_server", mebibytes, byCurl, byCurl);
    row(table, "jobctl logs from jobd", mebibytes, byJobctl, byCurl);
    return table;
  }

  private static void row(Table table, String name, int mebibytes, Samples times, Samples first) {
    table.row(
        name,
        "%,.0f".formatted(mebibytes / times.medianMillis() * 1e3),
        "%,.0f".formatted(mebibytes / times.percentileMillis(100) * 1e3),
        "%.2fx".formatted(first.medianMillis() / times.medianMillis()));
  }

  private static List<String> curl(Jobd jobd, OpensslSender openssl) {
    List<String> command = new ArrayList<>(List.of("curl", "--silent", "--fail", "--http1.0"));
    command.addAll(List.of("--cacert", jobd.pki().resolve("ca.crt").toString()));
    command.addAll(List.of("--cert", jobd.credentials().toString()));
    command.add("https://127.0.0.1:" + openssl.port() + "/output");
    return command;
  }

  private static Map<String, String> jobctl(Jobd jobd) {
    Map<String, String> environment = new TreeMap<>();
    environment.put("JOBCTL_SERVER", "127.0.0.1:" + jobd.address().getPort());
    environment.put("JOBCTL_CERT", jobd.credentials().toString());
    environment.put("JOBCTL_CA", jobd.pki().resolve("ca.crt").toString());
    return environment;
  }

  private static long run(List<String> command, Map<String, String> environment) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    long start = System.nanoTime();
    int exitCode = builder.start().waitFor();
    long nanos = System.nanoTime() - start;
    if (exitCode != 0) {
      throw new CommandFailedException(String.join(" ", command) + " exited with " + exitCode);
    }
    return nanos;
  }
}
