package dev.jobd.server.rpc;

import com.google.protobuf.UnsafeByteOperations;
import dev.jobd.api.Errors;
import dev.jobd.api.v1.StreamOutputResponse;
import dev.jobd.worker.output.OutputEvent;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One call that streams a job's output as fast as its client takes it, and no faster.
 *
 * <p>Four things let it go on: the transport has room, the source has something, the client has
 * gone, the server ends. Each calls {@link #signal}. A signal that finds the call at rest starts a
 * drain on a thread of the executor; one that comes during a drain is counted, and the drain goes
 * round once more before it rests. So at most one drain runs at a time and alone touches the
 * source, no signal is lost, no lock is held over I/O, and a call that waits holds no thread.
 *
 * <p>The source is asked for a chunk only while the transport has room. So a call costs one chunk
 * beyond what gRPC itself buffers, however slow its client and however much the job prints.
 */
final class OutputStreamCall {
  private final ServerCall<?, StreamOutputResponse> call;
  private final OutputSource source;
  private final Executor executor;
  private final CompletableFuture<Void> serverEnds;
  private final CompletableFuture<Void> over = new CompletableFuture<>();

  /** Signals not answered yet. Never back to 0 after the end, so that no drain follows it. */
  private final AtomicInteger signals = new AtomicInteger();

  /**
   * @param source closed by this when the call is over, however it ends
   * @param serverEnds completes when the call is to end, for its client to go on elsewhere
   */
  OutputStreamCall(
      ServerCall<?, StreamOutputResponse> call,
      OutputSource source,
      Executor executor,
      CompletableFuture<Void> serverEnds) {
    this.call = call;
    this.source = source;
    this.executor = executor;
    this.serverEnds = serverEnds;
  }

  /** Accepts the call, so that its client knows before the first byte, and starts. */
  void start() {
    call.sendHeaders(new Metadata());
    signal();
    // Unlinks itself from the server's end when the call is over.
    CompletableFuture<Void> _ = CompletableFuture.anyOf(serverEnds, over).thenRun(this::signal);
  }

  /** Something has changed; never blocks. */
  void signal() {
    if (signals.getAndIncrement() == 0) {
      executor.execute(this::drain);
    }
  }

  private void drain() {
    int answered;
    do {
      answered = signals.get();
      if (isOverAfterSending()) {
        source.close();
        over.complete(null);
        return;
      }
    } while (signals.addAndGet(-answered) != 0);
  }

  private boolean isOverAfterSending() {
    try {
      return sendWhatFits();
    } catch (Throwable failure) {
      close(call, Failures.translate(failure));
      return true;
    }
  }

  /** Returns whether the call is over; otherwise a signal will come. */
  private boolean sendWhatFits() throws IOException {
    while (!call.isCancelled()) {
      if (serverEnds.isDone()) {
        throw Errors.shuttingDown();
      }
      if (!call.isReady()) {
        return false;
      }
      switch (source.poll()) {
        case OutputEvent.Chunk chunk -> call.sendMessage(message(chunk));
        case OutputEvent.Gap gap -> call.sendMessage(message(gap));
        case OutputEvent.Pending _ -> {
          source.onReady(this::signal);
          return false;
        }
        case OutputEvent.End end -> {
          call.sendMessage(message(end));
          call.close(Status.OK, new Metadata());
          return true;
        }
      }
    }
    return true;
  }

  private static StreamOutputResponse message(OutputEvent.Chunk chunk) {
    StreamOutputResponse.Builder response = StreamOutputResponse.newBuilder();
    StreamOutputResponse.Chunk.Builder message = response.getChunkBuilder();
    message
        .setStream(JobWire.write(chunk.stream()))
        .setOffset(chunk.offset())
        .setTime(WireTime.timestamp(chunk.time()))
        // Handed over by the source and written by nobody: no copy is needed.
        .setData(UnsafeByteOperations.unsafeWrap(chunk.bytes()));
    for (OutputEvent.Read read : chunk.reads().subList(1, chunk.reads().size())) {
      message
          .addLaterReadStarts(read.start())
          .addLaterReadDelays(chunk.time().until(read.time(), ChronoUnit.NANOS));
    }
    return response.build();
  }

  private static StreamOutputResponse message(OutputEvent.Gap gap) {
    StreamOutputResponse.Builder response = StreamOutputResponse.newBuilder();
    response
        .getGapBuilder()
        .setStream(JobWire.write(gap.stream()))
        .setOffset(gap.offset())
        .setTime(WireTime.timestamp(gap.time()))
        .setDroppedBytes(gap.droppedBytes());
    return response.build();
  }

  private StreamOutputResponse message(OutputEvent.End end) {
    StreamOutputResponse.Builder response = StreamOutputResponse.newBuilder();
    response.getEndBuilder().setOffset(end.offset()).setJob(JobWire.write(source.job()));
    return response.build();
  }

  static void close(ServerCall<?, ?> call, StatusRuntimeException failure) {
    Metadata trailers = failure.getTrailers();
    call.close(failure.getStatus(), trailers == null ? new Metadata() : trailers);
  }
}
