package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A process of {@link DoomedServer}, until it dies. */
final class DoomedProcess implements AutoCloseable {
  private static final int BOUND_SECONDS = 60 * Patience.TIMES;

  /** As a shell would see it: 128 and SIGKILL. */
  private static final int KILLED = 128 + 9;

  private final Process process;
  private final Path errors;

  private DoomedProcess(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
  }

  /**
   * @param crashAt as {@link dev.jobd.worker.launch.CrashPoint#SWITCH} takes it; {@code null}:
   *     lives until it is killed
   * @param arguments of {@link DoomedServer#main} after the directories
   */
  static DoomedProcess start(Place place, @Nullable String crashAt, String... arguments)
      throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xshare:auto"));
    line.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m"));
    line.add("-Dorg.sqlite.tmpdir=" + place.root()); // a killed JVM leaves its library
    if (crashAt != null) {
      line.add("-D" + dev.jobd.worker.launch.CrashPoint.SWITCH + "=" + crashAt);
    }
    line.addAll(List.of("-cp", System.getProperty("java.class.path")));
    line.add(DoomedServer.class.getName());
    line.addAll(List.of(TestWorker.SHIM.toString(), place.state() + "", place.ran() + ""));
    line.addAll(List.of(arguments));
    Path errors = place.root().resolve("errors");
    Process process =
        new ProcessBuilder(line)
            .directory(place.root().toFile()) // by which its shims are known
            .redirectError(errors.toFile())
            .start();
    return new DoomedProcess(process, errors);
  }

  /** Waits until it dies by its switch, and takes what it said before. */
  void awaitDeath(Said said) throws Exception {
    CompletableFuture<Void> end = killLate();
    read(said);
    assertDead(end);
  }

  /** The same, killing it {@code delay} after it was started. */
  void kill(Duration delay, Said said) throws Exception {
    CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS)
        .execute(() -> process.toHandle().destroyForcibly());
    awaitDeath(said);
  }

  /** Ends what does not die by itself, so that its output has an end. */
  private CompletableFuture<Void> killLate() {
    CompletableFuture<Void> late = new CompletableFuture<>();
    CompletableFuture.delayedExecutor(BOUND_SECONDS, TimeUnit.SECONDS)
        .execute(
            () -> {
              if (process.isAlive() && late.complete(null)) {
                process.toHandle().destroyForcibly();
              }
            });
    return late;
  }

  private void read(Said said) throws IOException {
    // Not closed before the end: a shim that waits has it until it leaves.
    try (BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        said.hear(line);
      }
    }
  }

  private void assertDead(CompletableFuture<Void> late) throws IOException, InterruptedException {
    int status = process.waitFor();
    assertThat(late.isDone()).as("lived for %d s and had to be killed", BOUND_SECONDS).isFalse();
    late.complete(null);
    assertThat(status).as("exit status; %s", Files.readString(errors)).isEqualTo(KILLED);
  }

  @Override
  public void close() {
    process.toHandle().destroyForcibly();
  }
}
