package dev.jobd.server.rpc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.server.auth.Caller;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * StreamOutput alone, over gRPC's in-process transport, of output that the test makes, for users
 * who are taken at their word.
 */
final class StreamServer implements AutoCloseable {
  static final int BOUND_SECONDS = 30;
  static final Metadata.Key<String> USER =
      Metadata.Key.of("user", Metadata.ASCII_STRING_MARSHALLER);

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
            .intercept(new Callers())
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).executor(threads.calls()).build();
  }

  StreamClient call(int messagesWanted) {
    return call("j", messagesWanted);
  }

  StreamClient call(String job, int messagesWanted) {
    return callAs("alice", job, messagesWanted);
  }

  StreamClient callAs(String user, String job, int messagesWanted) {
    return new StreamClient(channel, user, job, messagesWanted);
  }

  private static final class Callers implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      Caller caller = new Caller(Objects.requireNonNull(headers.get(USER)), "user");
      return Contexts.interceptCall(caller.in(Context.current()), call, headers, next);
    }
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
