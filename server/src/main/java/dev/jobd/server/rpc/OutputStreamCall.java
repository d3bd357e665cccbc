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
import java.util.concurrent.RejectedExecutionException;

/**
 * One call that streams a job's output as fast as its client takes it, and no faster.
 *
 * <p>Four things let it go on: the transport has room, the source has something, the client has
 * gone, the server ends. Each is a signal, which starts a drain where none runs ({@link Signals}).
 * So one drain at a time touches the source, alone.
 *
 * <p>The thread of the network that finds room drains right there: to hand over each chunk costs
 * more than to read and to encrypt it. But it serves other clients too, so it takes only what the
 * kernel has in memory, and leaves the rest of that drain, like all other drains, to a virtual
 * thread, which may wait for the disk.
 *
 * <p>What has to be searched for is searched for in bounded steps on threads for that: on virtual
 * ones, which are never made to leave their processor, a few long searches would stop every other
 * call. After each step a search waits for its next turn ({@link SearchTurns}). It is part of the
 * drain that met it, which neither rests nor goes on meanwhile.
 *
 * <p>The source is asked for a chunk only while the transport has room. So a call costs one chunk
 * beyond what gRPC itself buffers, however slow its client and however much the job prints.
 */
final class OutputStreamCall {
  private final ServerCall<?, StreamOutputResponse> call;
  private final String user;
  private final OutputSource source;
  private final CallBudget.Lease place;
  private final CallThreads threads;
  private final CompletableFuture<Void> serverEnds;
  private final CompletableFuture<Void> over = new CompletableFuture<>();

  private final Signals signals = Signals.none();

  /** What comes after one go of sending or searching. */
  private enum Next {
    REST,
    SEND,
    SEARCH,
    END
  }

  /** The next event, from memory alone or from the disk too. */
  @FunctionalInterface
  private interface Poll {
    OutputEvent run() throws IOException;
  }

  /** One go of sending or searching. */
  @FunctionalInterface
  private interface Go {
    Next run() throws IOException;
  }

  /**
   * @param user whose call it is
   * @param source closed by this when the call is over, however it ends
   * @param place given back after that, also where the client has gone before
   * @param serverEnds completes when the call is to end, for its client to go on elsewhere
   */
  OutputStreamCall(
      ServerCall<?, StreamOutputResponse> call,
      String user,
      OutputSource source,
      CallBudget.Lease place,
      CallThreads threads,
      CompletableFuture<Void> serverEnds) {
    this.call = call;
    this.user = user;
    this.source = source;
    this.place = place;
    this.threads = threads;
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
    if (signals.raise()) {
      goOn(Next.SEND);
    }
  }

  /** As {@link #signal}, from the thread of the network, which sends what it can at once. */
  void ready() {
    if (signals.raise()) {
      drain(source::pollCached);
    }
  }

  private void drain() {
    drain(source::poll);
  }

  private void drain(Poll poll) {
    int answered;
    do {
      answered = signals.pending();
      Next next = guarded(() -> sendWhatFits(poll));
      if (next != Next.REST) {
        goOn(next);
        return; // signals are not answered: whoever goes on is still this drain
      }
    } while (!signals.settled(answered));
  }

  /** One step, and then it is others' turn. */
  private void search() {
    goOn(guarded(this::searchOn));
  }

  private void goOn(Next next) {
    try {
      switch (next) {
        case REST -> throw new AssertionError("only a drain may rest");
        case SEND -> threads.calls().execute(this::drain);
        case SEARCH -> threads.searches().execute(user, this::search);
        // The last one to close a file that was removed frees its blocks, which takes its time.
        case END -> threads.calls().execute(this::end);
      }
    } catch (RejectedExecutionException e) {
      end(); // the server has ended meanwhile, and with it the call
    }
  }

  private void end() {
    source.close();
    place.close();
    over.complete(null);
  }

  private Next guarded(Go go) {
    try {
      return go.run();
    } catch (Throwable failure) {
      close(call, Failures.translate(failure));
      return Next.END;
    }
  }

  /** Where this rests, a signal will come. */
  private Next sendWhatFits(Poll poll) throws IOException {
    while (isWanted()) {
      if (!call.isReady()) {
        return Next.REST;
      }
      switch (poll.run()) {
        case OutputEvent.Start start -> call.sendMessage(message(start));
        case OutputEvent.Chunk chunk -> call.sendMessage(message(chunk));
        case OutputEvent.Gap gap -> call.sendMessage(message(gap));
        case OutputEvent.Searching _ -> {
          return Next.SEARCH;
        }
        case OutputEvent.NotCached _ -> {
          return Next.SEND;
        }
        case OutputEvent.Waiting _ -> {
          source.onReady(this::signal);
          return Next.REST;
        }
        case OutputEvent.End end -> {
          call.sendMessage(message(end));
          call.close(Status.OK, new Metadata());
          return Next.END;
        }
      }
    }
    return Next.END;
  }

  private Next searchOn() throws IOException {
    if (!isWanted()) {
      return Next.END;
    }
    return source.search() ? Next.SEARCH : Next.SEND;
  }

  /** Whether the client is still there; fails where the server ends. */
  private boolean isWanted() {
    boolean wanted = !call.isCancelled();
    if (wanted && serverEnds.isDone()) {
      throw Errors.shuttingDown();
    }
    return wanted;
  }

  private static StreamOutputResponse message(OutputEvent.Start start) {
    StreamOutputResponse.Builder response = StreamOutputResponse.newBuilder();
    StreamOutputResponse.Start.Builder message = response.getStartBuilder();
    start
        .offsets()
        .forEach(
            (stream, offset) ->
                message.addStreamsBuilder().setStream(JobWire.write(stream)).setOffset(offset));
    return response.build();
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

  private StreamOutputResponse message(OutputEvent.End end) throws IOException {
    StreamOutputResponse.Builder response = StreamOutputResponse.newBuilder();
    response.getEndBuilder().setOffset(end.offset()).setJob(JobWire.write(source.job()));
    return response.build();
  }

  static void close(ServerCall<?, ?> call, StatusRuntimeException failure) {
    Metadata trailers = failure.getTrailers();
    call.close(failure.getStatus(), trailers == null ? new Metadata() : trailers);
  }
}
