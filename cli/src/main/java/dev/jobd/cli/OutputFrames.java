package dev.jobd.cli;

import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.StreamOutputRequest;
import dev.jobd.api.v1.StreamOutputResponse;
import dev.jobd.api.v1.StreamOutputResponse.Chunk;
import dev.jobd.cli.render.OutputPrinter;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A job's output on its way here. The network's thread puts frames into a queue, the caller's
 * thread prints them. The server sends no more than {@link #FRAMES_AHEAD} frames that are not
 * printed yet, so a slow reader costs bounded memory here and none there.
 *
 * <p>Where the server is lost on the way, another call goes on at the first byte that has not come.
 * A call's end is its last event, so the events of two calls never mix.
 */
final class OutputFrames implements AutoCloseable {
  private static final int FRAMES_AHEAD = 16;

  /** What the network brings: that the server takes the call, frames, then one end. */
  private sealed interface Event {
    record Accepted() implements Event {}

    record Frame(StreamOutputResponse response) implements Event {}

    record Closed(Status status, Metadata trailers) implements Event {}

    record Aborted(CommandFailure why) implements Event {}
  }

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final Connection connection;
  private final String job;
  private final String operation;
  private final OutputPosition position;
  private ClientCall<StreamOutputRequest, StreamOutputResponse> call;

  /**
   * @param subject the job of {@code request} in the words of a failure
   */
  OutputFrames(Connection connection, StreamOutputRequest request, String subject) {
    this.connection = connection;
    this.job = request.getJob();
    this.operation = operation(subject);
    this.position = new OutputPosition(request);
    this.call = open();
  }

  /** What cannot be done where this fails. */
  static String operation(String subject) {
    return "read the output of " + subject;
  }

  private ClientCall<StreamOutputRequest, StreamOutputResponse> open() {
    ClientCall<StreamOutputRequest, StreamOutputResponse> opened = connection.newOutputCall();
    opened.start(new Listener(), new Metadata());
    opened.request(FRAMES_AHEAD);
    opened.sendMessage(position.rest());
    opened.halfClose();
    return opened;
  }

  /**
   * Prints everything up to the end of the stream.
   *
   * @return the job as it then stood
   */
  Job printTo(OutputPrinter printer) throws CommandFailure, IOException, InterruptedException {
    while (true) {
      switch (next(printer)) {
        case Event.Accepted _ -> connection.answered();
        case Event.Frame(StreamOutputResponse response) -> {
          Job job = print(response, printer);
          if (job != null) {
            return job;
          }
          call.request(1);
        }
        case Event.Closed(Status status, Metadata trailers) -> {
          printer.flush();
          goOnAfter(status.asRuntimeException(trailers), printer);
        }
        case Event.Aborted(CommandFailure why) -> {
          printer.end();
          throw why;
        }
      }
    }
  }

  private void goOnAfter(StatusRuntimeException end, OutputPrinter printer)
      throws CallFailure, IOException {
    if (connection.isBackAfter(end)) {
      call = open();
      return;
    }
    printer.end();
    StatusRuntimeException why =
        end.getStatus().isOk()
            ? Status.INTERNAL
                .withDescription("the stream broke off before its end")
                .asRuntimeException()
            : end;
    throw connection
        .failure(operation, why)
        .whereUnreachable(
            "jobctl logs --from "
                + position.offset()
                + " "
                + job
                + " goes on with all output from there");
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

  private @Nullable Job print(StreamOutputResponse response, OutputPrinter printer)
      throws IOException {
    switch (response.getFrameCase()) {
      case START -> position.passed(response.getStart());
      case CHUNK -> {
        Chunk chunk = position.passed(response.getChunk());
        if (chunk != null) {
          printer.chunk(chunk);
        }
      }
      case GAP -> {
        if (position.passed(response.getGap())) {
          printer.gap(response.getGap());
        }
      }
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
    public void onHeaders(Metadata headers) {
      events.add(new Event.Accepted());
    }

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
