package dev.jobd.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.StreamOutputResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Clients whose host or network has gone without a word, so that their connection looks alive: the
 * server asks, gets no answer, and lets go of what they followed.
 */
class SilentClientTest {
  private static final Duration SILENCE = Duration.ofSeconds(1);

  @Test
  void aFollowerThatWaitsOverAHalfOpenConnectionIsLetGo() throws Exception {
    assertIsLetGo("echo ready; exec sleep 1000");
  }

  @Test
  void aFollowerThatCannotBeSentMoreOverAHalfOpenConnectionIsLetGo() throws Exception {
    assertIsLetGo("yes");
  }

  private static void assertIsLetGo(String script) throws Exception {
    var bounds = ServerConfig.Bounds.DEFAULT.withKeepAlive(SILENCE, SILENCE);
    try (TestServer server = TestServer.start(bounds);
        Network network = new Network(server.server().address().port())) {
      Client near = new Client(server.connect("alice", "user"));
      Job job = near.sh(script);
      Client far = new Client(server.connectThrough(network.port(), "alice"));
      Iterator<StreamOutputResponse> frames = far.stream(job);
      assertThat(frames.next().hasChunk()).isTrue();
      assertThat(readers(server.directory(job))).isEqualTo(1);

      network.fail();

      awaitNoReaders(server.directory(job));
      near.stop(job);
    }
  }

  /** The kernel tells nobody that a descriptor was closed. */
  private static void awaitNoReaders(Path directory) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TestServer.BOUND_SECONDS);
    while (readers(directory) > 0) {
      assertThat(System.nanoTime()).as("end of the wait for the journal's close").isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  /** How often this process, which is the server, has a job's output open. */
  private static long readers(Path directory) throws IOException {
    Path output = directory.resolve("output");
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors.filter(descriptor -> isOf(output, descriptor)).count();
    }
  }

  private static boolean isOf(Path file, Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).equals(file);
    } catch (IOException e) {
      return false; // closed while we looked
    }
  }
}
