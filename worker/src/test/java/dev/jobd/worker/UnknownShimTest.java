package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.firstOutput;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A job of a later jobd, after a step back: its shim speaks what is not known here. */
class UnknownShimTest {
  private static final int MESSAGE_BYTES = 32;
  private static final int HELLO = 16;
  private static final int ENDED = 19;

  private TestWorker test;

  @BeforeEach
  void open() throws IOException {
    test = TestWorker.open();
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  private static ByteBuffer message(int type, int value) {
    return ByteBuffer.allocate(MESSAGE_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(0, type)
        .putInt(4, value);
  }

  @Test
  void itsJobRunsOnAndIsTakenUpByTheJobdThatKnowsIt() throws Exception {
    Job before = test.sh("echo up; sleep 86400");
    assertThat(firstOutput(before)).isEqualTo("up\n");
    test.awaitStartRecorded(before);
    Path socket = before.directory().resolve("control");
    Path aside = before.directory().resolve("aside");
    try (ServerSocketChannel later = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      test.restart(
          () -> {
            Files.move(socket, aside);
            later.bind(UnixDomainSocketAddress.of(socket));
          });
      Job after = test.worker().find(before.id()).orElseThrow();
      try (SocketChannel shim = later.accept()) {
        shim.write(message(HELLO, 2));
        shim.write(message(ENDED, 0)); // which may mean anything there
        after.awaitLaunch(); // whoever waits for it is told what is known

        assertThat(after.state()).isInstanceOf(JobState.Running.class);
        assertThatThrownBy(() -> after.stop(StopRequest.kill("bob")))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("version 2 of the control protocol");
        test.restart(
            () -> {
              Files.delete(socket);
              Files.move(aside, socket);
            });
      }
    }
    assertThat(test.worker().find(before.id()).orElseThrow().await().verdict())
        .isEqualTo(new Verdict.Killed(9, Verdict.Cause.STOP_REQUEST, "bob"));
  }
}
