package dev.jobd.worker.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class OutboxTest {
  @TempDir Path directory;
  private Selector selector;
  private SocketChannel worker;
  private SocketChannel shim;
  private SelectionKey key;
  private Outbox outbox;

  @BeforeEach
  void open() throws IOException {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("control"));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      worker = SocketChannel.open(address);
      shim = server.accept();
    }
    selector = Selector.open();
    worker.configureBlocking(false);
    key = worker.register(selector, SelectionKey.OP_READ);
    outbox = new Outbox(key);
  }

  @AfterEach
  void close() throws IOException {
    selector.close();
    worker.close();
    shim.close();
  }

  private static ByteBuffer filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return ByteBuffer.wrap(bytes);
  }

  /** Sends until something has to wait; how many bytes that were. */
  private int fill() throws IOException {
    int sent = 0;
    for (int i = 0; !waits(); i++) {
      outbox.send(filled(100_000, i));
      sent += 100_000;
    }
    return sent;
  }

  private boolean waits() {
    return (key.interestOps() & SelectionKey.OP_WRITE) != 0;
  }

  @Test
  void sendsAtOnceWhatThereIsRoomFor() throws IOException {
    outbox.send(filled(32, 1), filled(1000, 2));
    assertThat(waits()).isFalse();
    ByteBuffer got = ByteBuffer.allocate(2000);
    while (got.position() < 1032) {
      shim.read(got);
    }
    assertThat(got.get(31)).isEqualTo((byte) 1);
    assertThat(got.get(32)).isEqualTo((byte) 2);
  }

  @Test
  void keepsTheOrderOfWhatHasToWait() throws IOException {
    int first = fill();
    outbox.send(filled(32, 101));
    outbox.send(filled(32, 102));
    ByteBuffer got = ByteBuffer.allocate(first + 64);
    shim.configureBlocking(false);
    while (got.hasRemaining()) {
      shim.read(got);
      outbox.flush();
    }
    assertThat(waits()).isFalse();
    assertThat(got.get(first)).isEqualTo((byte) 101);
    assertThat(got.get(first + 63)).isEqualTo((byte) 102);
    for (int i = 0; i < first; i++) {
      assertThat(got.get(i)).isEqualTo((byte) (i / 100_000));
    }
  }

  @Test
  void refusesWholeMessagesWhenTooMuchWaits() throws IOException {
    fill();
    assertThatThrownBy(
            () -> {
              while (true) {
                outbox.send(filled(32, 0), filled(32, 0));
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessageContaining("takes no more messages");
  }

  @Test
  void losesWhatIsSentToAShimThatHasEnded() throws IOException {
    fill();
    shim.close();
    outbox.flush();
    outbox.send(filled(32, 0));
  }
}
