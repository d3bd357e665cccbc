package dev.jobd.worker.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class ShimConnectionTest {
  @TempDir Path directory;
  private final List<Integer> started = new ArrayList<>();
  private final List<Integer> notUnderstood = new ArrayList<>();
  private final List<InputNews> input = new ArrayList<>();

  private final ShimEvents events =
      new ShimEvents() {
        @Override
        public void started(int pid, Instant at) {
          started.add(pid);
        }

        @Override
        public void notUnderstood(int version) {
          notUnderstood.add(version);
        }

        @Override
        public void grew(long journalEnd) {}

        @Override
        public void input(InputNews news) {
          input.add(news);
        }

        @Override
        public void closed(boolean told, int pid) {}
      };

  /** What {@link ShimConnection#receive} answers to a shim that says this, and then is gone. */
  private boolean receive(ControlMessage... messages) throws IOException {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("control"));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      try (SocketChannel worker = SocketChannel.open(address);
          SocketChannel shim = server.accept();
          Selector selector = Selector.open()) {
        worker.configureBlocking(false);
        for (ControlMessage message : messages) {
          shim.write(message.encode());
        }
        shim.shutdownOutput();
        return new ShimConnection(0, worker.register(selector, 0), events).receive();
      }
    }
  }

  @Test
  void tellsThatTheCommandWasStarted() throws IOException {
    assertThat(receive(new ControlMessage(ControlMessage.STARTED, 42, 0, 1))).isFalse();
    assertThat(started).containsExactly(42);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void doesNotListenToWhoNamesNoProcess(int pid) throws IOException {
    ControlMessage nonsense = new ControlMessage(ControlMessage.STARTED, pid, 0, 1);
    ControlMessage sense = new ControlMessage(ControlMessage.STARTED, 42, 0, 1);

    assertThat(receive(nonsense, sense)).isFalse();
    assertThat(started).isEmpty();
  }

  @Test
  void tellsWhatBecomesOfInput() throws IOException {
    ControlMessage opened = new ControlMessage(ControlMessage.INPUT_OPENED, 0, 5, 0);
    ControlMessage taken = new ControlMessage(ControlMessage.INPUT_TAKEN, 0, 6, 0);
    ControlMessage refused = new ControlMessage(ControlMessage.INPUT_CLOSED, 0, 7, 0);
    ControlMessage complete = new ControlMessage(ControlMessage.INPUT_CLOSED, 1, 7, 0);

    assertThat(receive(opened, taken, refused, complete)).isFalse();
    assertThat(input)
        .containsExactly(
            new InputNews.Opened(5),
            new InputNews.Taken(6),
            new InputNews.Closed(7, false),
            new InputNews.Closed(7, true));
  }

  private static ControlMessage hello(int version) {
    return new ControlMessage(ControlMessage.HELLO, version, 0, 0);
  }

  @Test
  void understandsTheVersionOfItsOwnRelease() throws IOException {
    assertThat(receive(hello(1), new ControlMessage(ControlMessage.STARTED, 42, 0, 1))).isFalse();
    assertThat(started).containsExactly(42);
    assertThat(notUnderstood).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, -1})
  void takesNothingThatAnUnknownVersionSaysForWhatItMeansHere(int version) throws IOException {
    ControlMessage started42 = new ControlMessage(ControlMessage.STARTED, 42, 0, 1);

    assertThat(receive(hello(version), started42)).isFalse();
    assertThat(notUnderstood).containsExactly(version);
    assertThat(started).isEmpty();
  }
}
