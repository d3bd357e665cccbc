package dev.jobd.server.rpc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.Errors;
import dev.jobd.api.v1.StreamOutputResponse;
import dev.jobd.worker.model.OutputStreamKind;
import dev.jobd.worker.output.OutputEvent;
import io.grpc.Status;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Flow control against gRPC's own in-process transport, with output that the test writes. */
class OutputStreamCallTest {
  private static final int BOUND_SECONDS = StreamServer.BOUND_SECONDS;
  private static final int CHUNK_BYTES = 1 << 16;

  private final FakeOutput output = new FakeOutput();
  private volatile OutputSource.Opener opener = _ -> output;
  private StreamServer server;

  @BeforeEach
  void serve() throws Exception {
    server = new StreamServer(CallThreads.start(), request -> opener.open(request));
  }

  @AfterEach
  void end() throws Exception {
    server.close();
    assertThat(output.misused).isFalse();
  }

  @Test
  void headersComeBeforeTheFirstByte() throws Exception {
    StreamClient client = server.call(1);
    assertThat(client.headers.await(BOUND_SECONDS, SECONDS)).isTrue();
    assertThat(client.messages).isEmpty();
    output.write(new OutputEvent.End(0));
    assertThat(client.status()).isEqualTo(Status.Code.OK);
  }

  @Test
  void everyEventArrivesInOrderAndTheEndWithTheJobComesLast() throws Exception {
    StreamClient client = server.call(100);
    output.writeChunk(0, new byte[] {1, 2});
    output.write(new OutputEvent.Gap(OutputStreamKind.STDERR, 2, Samples.STARTED, 40));
    output.writeChunk(2, new byte[] {3});
    output.write(new OutputEvent.End(3));
    assertThat(client.next().getChunk().getData().toByteArray()).containsExactly(1, 2);
    assertThat(client.next().getGap().getDroppedBytes()).isEqualTo(40);
    assertThat(client.next().getChunk().getOffset()).isEqualTo(2);
    StreamOutputResponse end = client.next();
    assertThat(end.getEnd().getOffset()).isEqualTo(3);
    assertThat(end.getEnd().getJob().getVerdict().hasExited()).isTrue();
    assertThat(client.status()).isEqualTo(Status.Code.OK);
    assertThat(output.closed.await(BOUND_SECONDS, SECONDS)).isTrue();
    assertThat(output.closings).hasValue(1);
  }

  @Test
  void aChunkTellsWhenEachOfItsPartsWasRead() throws Exception {
    StreamClient client = server.call(100);
    output.write(
        new OutputEvent.Chunk(
            OutputStreamKind.STDOUT,
            7,
            new byte[10],
            List.of(
                new OutputEvent.Read(0, Samples.STARTED),
                new OutputEvent.Read(3, Samples.STARTED.plusNanos(5)),
                new OutputEvent.Read(9, Samples.STARTED.plusSeconds(2)))));
    output.write(new OutputEvent.End(17));
    StreamOutputResponse.Chunk chunk = client.next().getChunk();
    assertThat(chunk.getTime()).isEqualTo(WireTime.timestamp(Samples.STARTED));
    assertThat(chunk.getLaterReadStartsList()).containsExactly(3, 9);
    assertThat(chunk.getLaterReadDelaysList()).containsExactly(5L, 2_000_000_000L);
  }

  @Test
  void outputThatComesWhileTheCallWaitsWakesIt() throws Exception {
    StreamClient client = server.call(100);
    for (int i = 0; i < 100; i++) {
      assertThat(output.waits.poll(BOUND_SECONDS, SECONDS)).isTrue();
      output.writeChunk(i, new byte[] {(byte) i});
      assertThat(client.next().getChunk().getOffset()).isEqualTo(i);
    }
  }

  @Test
  void clientThatDoesNotReadStopsTheReading() throws Exception {
    int chunks = 1000;
    for (int i = 0; i < chunks; i++) {
      output.writeChunk((long) i * CHUNK_BYTES, new byte[CHUNK_BYTES]);
    }
    output.write(new OutputEvent.End((long) chunks * CHUNK_BYTES));

    StreamClient client = server.call(1);
    client.next();
    // The transport has room for what was asked for and a bounded part of more; then nothing is
    // read.
    int read = output.polled.get();
    assertThat(read).isLessThan(10);
    client.call.request(chunks);
    for (int i = 1; i < chunks; i++) {
      assertThat(client.next().getChunk().getOffset()).isEqualTo((long) i * CHUNK_BYTES);
    }
    assertThat(client.next().hasEnd()).isTrue();
    assertThat(client.status()).isEqualTo(Status.Code.OK);
  }

  @Test
  void whatIsNotInMemoryComesNoLess() throws Exception {
    output.onDisk.set(true);
    int chunks = 200;
    for (int i = 0; i < chunks; i++) {
      output.writeChunk((long) i * CHUNK_BYTES, new byte[CHUNK_BYTES]);
    }
    output.write(new OutputEvent.End((long) chunks * CHUNK_BYTES));

    StreamClient client = server.call(1);
    for (int i = 0; i < chunks; i++) {
      assertThat(client.next().getChunk().getOffset()).isEqualTo((long) i * CHUNK_BYTES);
      client.call.request(1);
    }
    assertThat(client.next().hasEnd()).isTrue();
    assertThat(client.status()).isEqualTo(Status.Code.OK);
  }

  @Test
  void writerAndReaderThatRaceLoseNothing() throws Exception {
    int chunks = 20_000;
    StreamClient client = server.call(1);
    Thread writer =
        Thread.ofVirtual()
            .start(
                () -> {
                  for (int i = 0; i < chunks; i++) {
                    if (i % 10 == 0) {
                      output.write(new OutputEvent.Searching());
                    }
                    output.writeChunk(i, new byte[] {(byte) i});
                  }
                  output.write(new OutputEvent.End(chunks));
                });
    for (int i = 0; i < chunks; i++) {
      assertThat(client.next().getChunk().getOffset()).isEqualTo(i);
      client.call.request(1);
    }
    assertThat(client.next().hasEnd()).isTrue();
    assertThat(client.status()).isEqualTo(Status.Code.OK);
    writer.join();
  }

  @Test
  void cancelledCallLetsGoOfOutputThatItWaitsFor() throws Exception {
    StreamClient client = server.call(1);
    assertThat(output.waits.poll(BOUND_SECONDS, SECONDS)).isTrue();
    client.cancel();
    assertThat(output.closed.await(BOUND_SECONDS, SECONDS)).isTrue();
    assertThat(output.closings).hasValue(1);
  }

  @Test
  void cancelledCallLetsGoWhileItsClientDoesNotRead() throws Exception {
    for (int i = 0; i < 100; i++) {
      output.writeChunk((long) i * CHUNK_BYTES, new byte[CHUNK_BYTES]);
    }
    StreamClient client = server.call(1);
    client.next();
    client.cancel();
    assertThat(output.closed.await(BOUND_SECONDS, SECONDS)).isTrue();
    assertThat(output.closings).hasValue(1);
  }

  @Test
  void serverThatEndsEndsACallThatWaitsForOutput() throws Exception {
    StreamClient client = server.call(1);
    assertThat(output.waits.poll(BOUND_SECONDS, SECONDS)).isTrue();
    server.ends.complete(null);
    assertThat(client.status()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(output.closed.await(BOUND_SECONDS, SECONDS)).isTrue();
    assertThat(output.closings).hasValue(1);
  }

  @Test
  void callThatIsOverLeavesNothingAtTheServersEnd() throws Exception {
    StreamClient client = server.call(1);
    output.write(new OutputEvent.End(0));
    assertThat(client.status()).isEqualTo(Status.Code.OK);
    assertThat(output.closed.await(BOUND_SECONDS, SECONDS)).isTrue();
    server.close();
    assertThat(server.ends.getNumberOfDependents()).isZero();
  }

  @Test
  void outputThatCannotBeReadEndsTheCallAsAnIncident() throws Exception {
    OutputSource broken =
        new OutputSource() {
          @Override
          public OutputEvent poll() {
            throw new IllegalStateException("journal is broken");
          }

          @Override
          public OutputEvent pollCached() {
            return poll();
          }

          @Override
          public boolean search() {
            return false;
          }

          @Override
          public void onReady(Runnable wake) {}

          @Override
          public dev.jobd.worker.model.JobRecord job() {
            return output.job();
          }

          @Override
          public void close() {
            output.close();
          }
        };
    opener = _ -> broken;
    StreamClient client = server.call(1);
    assertThat(client.status()).isEqualTo(Status.Code.INTERNAL);
    assertThat(output.closed.await(BOUND_SECONDS, SECONDS)).isTrue();
  }

  @Test
  void callThatMayNotReadFailsAsItIsToFail() throws Exception {
    opener =
        request -> {
          throw Errors.jobNotFound(request.getJob());
        };
    assertThat(server.call(1).status()).isEqualTo(Status.Code.NOT_FOUND);
  }
}
