package dev.jobd.server.rpc;

import dev.jobd.api.v1.JobServiceGrpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * What calls run on.
 *
 * @param calls a virtual thread for each task, which may block but not compute for long: a virtual
 *     thread keeps its processor until it blocks, and reading a file does not count as that
 * @param searches {@link #SEARCHERS} threads of the platform for bounded steps of searches through
 *     output; at most one step waits for each follower
 */
public record CallThreads(ExecutorService calls, SearchTurns searches)
    implements ServerCallExecutorSupplier, AutoCloseable {
  /** How many searches run at one time; the kernel shares the processors out between them. */
  public static final int SEARCHERS = 2;

  public static CallThreads start() {
    return new CallThreads(Executors.newVirtualThreadPerTaskExecutor(), new SearchTurns(SEARCHERS));
  }

  /**
   * What a call's events are handled on: those of StreamOutput on the thread of the network that
   * has them, since {@link StreamOutputHandler} never blocks; all others on {@link #calls}.
   */
  @Override
  public <Q, A> @Nullable Executor getExecutor(ServerCall<Q, A> call, Metadata headers) {
    MethodDescriptor<?, ?> streamOutput = JobServiceGrpc.getStreamOutputMethod();
    String method = call.getMethodDescriptor().getFullMethodName();
    return method.equals(streamOutput.getFullMethodName()) ? Runnable::run : null;
  }

  /** Takes no more; once no call is to go on. What runs ends by itself. */
  @Override
  public void close() {
    searches.close();
    calls.shutdown();
  }
}
