package dev.jobd.server.rpc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.v1.JobServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** StreamOutput alone, over gRPC's in-process transport, of output that the test makes. */
final class StreamServer implements AutoCloseable {
  static final int BOUND_SECONDS = 30;

  final CompletableFuture<Void> ends = new CompletableFuture<>();
  private final CallThreads threads;
  private final Server server;
  private final ManagedChannel channel;

  /**
   * @param threads closed with this
   * @param interceptors the last one runs first
   */
  StreamServer(CallThreads threads, OutputSource.Opener outputs, ServerInterceptor... interceptors)
      throws IOException {
    this.threads = threads;
    String name = UUID.randomUUID().toString();
    // Only the method under test; a full service wants all of them.
    var service = ServerServiceDefinition.builder(JobServiceGrpc.SERVICE_NAME);
    service.addMethod(
        JobServiceGrpc.getStreamOutputMethod(), new StreamOutputHandler(outputs, threads, ends));
    server =
        InProcessServerBuilder.forName(name)
            .executor(threads.calls())
            .callExecutor(threads)
            .addService(ServerInterceptors.intercept(service.build(), interceptors))
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).executor(threads.calls()).build();
  }

  StreamClient call(int messagesWanted) {
    return call("j", messagesWanted);
  }

  StreamClient call(String job, int messagesWanted) {
    return new StreamClient(channel, job, messagesWanted);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    try {
      assertThat(server.awaitTermination(BOUND_SECONDS, SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    threads.searches().close();
    threads.calls().close();
  }
}
