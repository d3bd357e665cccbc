package dev.jobd.cli;

import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.StreamOutputRequest;
import dev.jobd.api.v1.StreamOutputResponse;
import dev.jobd.cli.render.OutputPrinter;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A job's output on its way here. The network's thread puts frames into a queue, the caller's
 * thread prints them. The server sends no more than {@link #FRAMES_AHEAD} frames that are not
 * printed yet, so a slow reader costs bounded memory here and none there.
 */
final class OutputFrames implements AutoCloseable {
  private static final int FRAMES_AHEAD = 16;

  /** What the network brings: frames, then one end. */
  private sealed interface Event {
    record Frame(StreamOutputResponse response) implements Event {}

    record Closed(Status status, Metadata trailers) implements Event {}

    record Aborted(CommandFailure why) implements Event {}
  }

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final Connection connection;
  private final String operation;
  private final ClientCall<StreamOutputRequest, StreamOutputResponse> call;

  private OutputFrames(
      Connection connection,
      String operation,
      ClientCall<StreamOutputRequest, StreamOutputResponse> call) {
    this.connection = connection;
    this.operation = operation;
    this.call = call;
  }

  static OutputFrames open(
      Connection connection,
      StreamOutputRequest request,
      ClientCall<StreamOutputRequest, StreamOutputResponse> call) {
    OutputFrames frames =
        new OutputFrames(connection, "read the output of " + request.getJob(), call);
    call.start(frames.new Listener(), new Metadata());
    call.request(FRAMES_AHEAD);
    call.sendMessage(request);
    call.halfClose();
    return frames;
  }

  /**
   * Prints everything up to the end of the stream.
   *
   * @return the job as it then stood
   */
  Job printTo(OutputPrinter printer) throws CommandFailure, IOException, InterruptedException {
    while (true) {
      switch (next(printer)) {
        case Event.Frame(StreamOutputResponse response) -> {
          Job job = print(response, printer);
          if (job != null) {
            return job;
          }
          call.request(1);
        }
        case Event.Closed(Status status, Metadata trailers) -> {
          printer.end();
          Status why =
              status.isOk()
                  ? Status.INTERNAL.withDescription("the stream broke off before its end")
                  : status;
          throw connection.failure(operation, why.asRuntimeException(trailers));
        }
        case Event.Aborted(CommandFailure why) -> {
          printer.end();
          throw why;
        }
      }
    }
  }

  /** Ends {@link #printTo} with {@code why}; from any thread. */
  void abort(CommandFailure why) {
    events.add(new Event.Aborted(why));
  }

  @Override
  public void close() {
    call.cancel("not wanted any more", null);
  }

  private Event next(OutputPrinter printer) throws IOException, InterruptedException {
    Event event = events.poll();
    if (event == null) {
      printer.flush();
      event = events.take();
    }
    return event;
  }

  private static @Nullable Job print(StreamOutputResponse response, OutputPrinter printer)
      throws IOException {
    switch (response.getFrameCase()) {
      case CHUNK -> printer.chunk(response.getChunk());
      case GAP -> printer.gap(response.getGap());
      case END -> {
        printer.end();
        return response.getEnd().getJob();
      }
      case FRAME_NOT_SET -> {
        // A kind of frame that a newer server knows: nothing to print here.
      }
    }
    return null;
  }

  private final class Listener extends ClientCall.Listener<StreamOutputResponse> {
    @Override
    public void onMessage(StreamOutputResponse message) {
      events.add(new Event.Frame(message));
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      events.add(new Event.Closed(status, trailers));
    }
  }
}
