package dev.jobd.server.rpc;

import dev.jobd.api.v1.StreamOutputRequest;
import dev.jobd.api.v1.StreamOutputResponse;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Takes StreamOutput calls. Written against gRPC's calls rather than the generated observers, which
 * send no headers before the first message: a job may say nothing for hours, and its follower is to
 * know at once that it is followed.
 */
final class StreamOutputHandler
    implements ServerCallHandler<StreamOutputRequest, StreamOutputResponse> {
  /**
   * A call that has less than this to send is given more. A chunk is read while another is sent;
   * with gRPC's own half of it, each would wait for the network's thread to be done with the one
   * before.
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
    private @Nullable OutputStreamCall stream;
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
      if (request == null) {
        refuse("takes one request, got none");
        return;
      }
      OutputSource source;
      try {
        source = outputs.open(request);
      } catch (Throwable failure) {
        OutputStreamCall.close(call, Failures.translate(failure));
        return;
      }
      stream = new OutputStreamCall(call, source, threads, serverEnds);
      stream.start();
    }

    @Override
    public void onReady() {
      signal();
    }

    @Override
    public void onCancel() {
      signal();
    }

    private void signal() {
      if (stream != null) {
        stream.signal();
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
