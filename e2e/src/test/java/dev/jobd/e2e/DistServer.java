package dev.jobd.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A server from the distribution, of one test class: with certificates and state of its own. */
final class DistServer implements BeforeAllCallback, AfterAllCallback {
  private static final Pattern ADDRESS = Pattern.compile("127\\.0\\.0\\.1:\\d+");

  private final String configuration;
  private @Nullable Started started;

  DistServer() {
    this("");
  }

  /**
   * @param configuration in YAML, of all but places
   */
  DistServer(String configuration) {
    this.configuration = configuration;
  }

  private record Started(Path directory, Pki pki, Running jobd, String address) {}

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    Path directory = Files.createTempDirectory("jobd-e2e");
    Pki pki = Pki.create(directory.resolve("pki"));
    Running jobd = serve("127.0.0.1:" + LastingPort.find(), directory);
    started = new Started(directory, pki, jobd, address(jobd));
  }

  /** Another server on the same places. */
  Running startSecond() throws IOException {
    return serve("127.0.0.1:0", directory());
  }

  private Running serve(String listen, Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("jobd.yaml"), configuration);
    return Running.start(
        new ProcessBuilder(
            Dist.JOBD,
            "serve",
            "--listen",
            listen,
            "--pki",
            directory.resolve("pki").toString(),
            "--state-dir",
            directory.resolve("state").toString(),
            "--config",
            file.toString()));
  }

  /** As by {@code kill -9}: the server is gone when this returns. */
  void kill() throws InterruptedException {
    Process jobd = started().jobd().process();
    jobd.destroyForcibly();
    jobd.waitFor();
  }

  /** As an operator does: SIGTERM, and at once a new one; answers what the old one has left. */
  Outcome restart() throws IOException, InterruptedException {
    try (Running before = started().jobd()) {
      // By its handle: Process.destroy closes the streams, and with them what it says at its end.
      before.process().toHandle().destroy();
      startAgain();
      return before.await();
    }
  }

  /** Starts the server again, where it was; it is ready when this returns. */
  void startAgain() throws IOException, InterruptedException {
    Started before = started();
    Running jobd = serve(before.address(), before.directory());
    started = new Started(before.directory(), before.pki(), jobd, address(jobd));
  }

  /** The address in the line that says that the server is ready. */
  private static String address(Running jobd) throws InterruptedException {
    try {
      Matcher matcher = ADDRESS.matcher(jobd.stdout().awaitLine(Running.BOUND));
      assertThat(matcher.find()).as("an address in jobd's ready line").isTrue();
      return matcher.group();
    } catch (AssertionError e) {
      jobd.close();
      throw new AssertionError("jobd serve did not become ready: " + jobd.await(), e);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    Started server = started();
    try {
      stopEveryJob();
    } finally {
      stopServer(server.jobd());
      delete(server.directory());
    }
  }

  private static void stopServer(Running jobd) throws InterruptedException {
    try (jobd) {
      jobd.process().destroy();
      assertThat(jobd.await().exitCode()).as("exit code of jobd serve after SIGTERM").isZero();
    }
  }

  private void stopEveryJob() throws IOException, InterruptedException {
    Jobctl admin = as("e2e-cleaner", "admin");
    List<String> live =
        admin.run("list", "-q", "--state", "running").succeeded().out().lines().toList();
    if (!live.isEmpty()) {
      admin.run(Stream.concat(Stream.of("stop"), live.stream()).toArray(String[]::new)).succeeded();
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  String address() {
    return started().address();
  }

  Pki pki() {
    return started().pki();
  }

  Path directory() {
    return started().directory();
  }

  /** The server's process. */
  ProcessHandle process() {
    return started().jobd().process().toHandle();
  }

  /** The client of a user that has this role. */
  Jobctl as(String user, String role) throws IOException, InterruptedException {
    return Jobctl.of(
        address(), pki().user(user, role), pki().authority(), directory().resolve(user));
  }

  private Started started() {
    if (started == null) {
      throw new IllegalStateException("the server is not running");
    }
    return started;
  }
}
