package dev.jobd.server.rpc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.Errors;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.StreamOutputRequest;
import dev.jobd.api.v1.StreamOutputResponse;
import dev.jobd.worker.model.OutputStreamKind;
import dev.jobd.worker.output.OutputEvent;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Flow control against gRPC's own in-process transport, with output that the test writes. */
class OutputStreamCallTest {
  private static final int BOUND_SECONDS = 30;
  private static final int CHUNK_BYTES = 1 << 16;

  private final FakeOutput output = new FakeOutput();
  private volatile OutputSource.Opener opener = _ -> output;
  private final CallThreads threads = CallThreads.start();
  private final ExecutorService executor = threads.calls();
  private final CompletableFuture<Void> serverEnds = new CompletableFuture<>();
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void serve() throws Exception {
    String name = UUID.randomUUID().toString();
    // Only the method under test; a full service wants all of them.
    var service = ServerServiceDefinition.builder(JobServiceGrpc.SERVICE_NAME);
    service.addMethod(
        JobServiceGrpc.getStreamOutputMethod(),
        new StreamOutputHandler(request -> opener.open(request), threads, serverEnds));
    server =
        InProcessServerBuilder.forName(name)
            .executor(executor)
            .addService(service.build())
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).executor(executor).build();
  }

  @AfterEach
  void end() throws Exception {
    channel.shutdownNow();
    server.shutdownNow();
    assertThat(server.awaitTermination(BOUND_SECONDS, SECONDS)).isTrue();
    threads.searches().close();
    executor.close();
    assertThat(output.misused).isFalse();
  }

  @Test
  void headersComeBeforeTheFirstByte() throws Exception {
    Client client = new Client(1);
    assertThat(client.headers.await(BOUND_SECONDS, SECONDS)).isTrue();
    assertThat(client.messages).isEmpty();
    output.write(new OutputEvent.End(0));
    assertThat(client.status()).isEqualTo(Status.Code.OK);
  }

  @Test
  void everyEventArrivesInOrderAndTheEndWithTheJobComesLast() throws Exception {
    Client client = new Client(100);
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
    Client client = new Client(100);
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
    Client client = new Client(100);
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

    Client client = new Client(1);
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
  void writerAndReaderThatRaceLoseNothing() throws Exception {
    int chunks = 20_000;
    Client client = new Client(1);
    Thread writer =
        Thread.ofVirtual()
            .start(
                () -> {
                  for (int i = 0; i < chunks; i++) {
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
    Client client = new Client(1);
    assertThat(output.waits.poll(BOUND_SECONDS, SECONDS)).isTrue();
    client.call.cancel("test", null);
    assertThat(output.closed.await(BOUND_SECONDS, SECONDS)).isTrue();
    assertThat(output.closings).hasValue(1);
  }

  @Test
  void cancelledCallLetsGoWhileItsClientDoesNotRead() throws Exception {
    for (int i = 0; i < 100; i++) {
      output.writeChunk((long) i * CHUNK_BYTES, new byte[CHUNK_BYTES]);
    }
    Client client = new Client(1);
    client.next();
    client.call.cancel("test", null);
    assertThat(output.closed.await(BOUND_SECONDS, SECONDS)).isTrue();
    assertThat(output.closings).hasValue(1);
  }

  @Test
  void serverThatEndsEndsACallThatWaitsForOutput() throws Exception {
    Client client = new Client(1);
    assertThat(output.waits.poll(BOUND_SECONDS, SECONDS)).isTrue();
    serverEnds.complete(null);
    assertThat(client.status()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(output.closed.await(BOUND_SECONDS, SECONDS)).isTrue();
    assertThat(output.closings).hasValue(1);
  }

  @Test
  void callThatIsOverLeavesNothingAtTheServersEnd() throws Exception {
    Client client = new Client(1);
    output.write(new OutputEvent.End(0));
    assertThat(client.status()).isEqualTo(Status.Code.OK);
    assertThat(output.closed.await(BOUND_SECONDS, SECONDS)).isTrue();
    executor.close();
    assertThat(serverEnds.getNumberOfDependents()).isZero();
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
    Client client = new Client(1);
    assertThat(client.status()).isEqualTo(Status.Code.INTERNAL);
    assertThat(output.closed.await(BOUND_SECONDS, SECONDS)).isTrue();
  }

  @Test
  void callThatMayNotReadFailsAsItIsToFail() throws Exception {
    opener =
        request -> {
          throw Errors.jobNotFound(request.getJob());
        };
    assertThat(new Client(1).status()).isEqualTo(Status.Code.NOT_FOUND);
  }

  /** A client that reads as much as the test says, and no more. */
  private final class Client extends ClientCall.Listener<StreamOutputResponse> {
    final ClientCall<StreamOutputRequest, StreamOutputResponse> call =
        channel.newCall(JobServiceGrpc.getStreamOutputMethod(), CallOptions.DEFAULT);
    final CountDownLatch headers = new CountDownLatch(1);
    final BlockingQueue<StreamOutputResponse> messages = new LinkedBlockingQueue<>();
    private final BlockingQueue<Status> closed = new LinkedBlockingQueue<>();

    Client(int messagesWanted) {
      call.start(this, new Metadata());
      call.request(messagesWanted);
      call.sendMessage(StreamOutputRequest.newBuilder().setJob("j").build());
      call.halfClose();
    }

    StreamOutputResponse next() throws InterruptedException {
      return Objects.requireNonNull(messages.poll(BOUND_SECONDS, SECONDS), "no message came");
    }

    Status.Code status() throws InterruptedException {
      return Objects.requireNonNull(closed.poll(BOUND_SECONDS, SECONDS), "no end came").getCode();
    }

    @Override
    public void onHeaders(Metadata received) {
      headers.countDown();
    }

    @Override
    public void onMessage(StreamOutputResponse message) {
      messages.add(message);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      closed.add(status);
    }
  }
}
