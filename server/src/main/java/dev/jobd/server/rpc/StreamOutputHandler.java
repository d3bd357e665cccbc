package dev.jobd.server.rpc;

import dev.jobd.api.v1.StreamOutputRequest;
import dev.jobd.api.v1.StreamOutputResponse;
import dev.jobd.server.auth.Caller;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Takes StreamOutput calls, on threads of the network: nothing here blocks. Written against gRPC's
 * calls rather than the generated observers, which send no headers before the first message: a job
 * may say nothing for hours, and its follower is to know at once that it is followed.
 */
final class StreamOutputHandler
    implements ServerCallHandler<StreamOutputRequest, StreamOutputResponse> {
  /**
   * A call that has less than this to send is given more: the next chunk, as soon as something of
   * the one before is sent. So there is always something to encrypt, and two chunks at most.
   */
  private static final int READY_BYTES = 64 << 10;

  private final OutputSource.Opener outputs;
  private final CallThreads threads;
  private final CompletableFuture<Void> serverEnds;

  /**
   * @param serverEnds completes when streams are to end
   */
  StreamOutputHandler(
      OutputSource.Opener outputs, CallThreads threads, CompletableFuture<Void> serverEnds) {
    this.outputs = outputs;
    this.threads = threads;
    this.serverEnds = serverEnds;
  }

  @Override
  public ServerCall.Listener<StreamOutputRequest> startCall(
      ServerCall<StreamOutputRequest, StreamOutputResponse> call, Metadata headers) {
    call.setOnReadyThreshold(READY_BYTES);
    // One more than there may be, so that a second request is seen.
    call.request(2);
    return new Listener(call);
  }

  /** gRPC calls one method at a time. */
  private final class Listener extends ServerCall.Listener<StreamOutputRequest> {
    private final ServerCall<StreamOutputRequest, StreamOutputResponse> call;
    private @Nullable StreamOutputRequest request;
    private volatile @Nullable OutputStreamCall stream;
    private boolean refused;

    Listener(ServerCall<StreamOutputRequest, StreamOutputResponse> call) {
      this.call = call;
    }

    @Override
    public void onMessage(StreamOutputRequest message) {
      if (request != null) {
        refuse("takes one request, got more");
      }
      request = message;
    }

    @Override
    public void onHalfClose() {
      if (refused) {
        return;
      }
      StreamOutputRequest asked = request;
      if (asked == null) {
        refuse("takes one request, got none");
        return;
      }
      request = null; // a stream may last for months
      CallBudget.Lease place = CallBudget.hold(call);
      threads.calls().execute(Context.current().wrap(() -> open(asked, place)));
    }

    /** Takes its time: it looks for the job, and into files. */
    private void open(StreamOutputRequest asked, CallBudget.Lease place) {
      String user;
      OutputSource source;
      try {
        user = Caller.current().user();
        source = outputs.open(asked);
      } catch (Throwable failure) {
        OutputStreamCall.close(call, Failures.translate(failure));
        place.close();
        return;
      }
      OutputStreamCall opened =
          new OutputStreamCall(call, user, source, place, threads, serverEnds);
      stream = opened;
      opened.start();
    }

    @Override
    public void onReady() {
      OutputStreamCall open = stream;
      if (open != null) { // else it starts by looking whether there is room
        open.ready();
      }
    }

    @Override
    public void onCancel() {
      OutputStreamCall open = stream;
      if (open != null) { // else it starts by looking whether it is wanted
        open.signal();
      }
    }

    private void refuse(String problem) {
      if (!refused) {
        refused = true;
        call.close(
            Status.INVALID_ARGUMENT.withDescription("StreamOutput " + problem), new Metadata());
      }
    }
  }
}
