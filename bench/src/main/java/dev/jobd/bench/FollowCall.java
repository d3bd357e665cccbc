package dev.jobd.bench;

import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.StreamOutputRequest;
import dev.jobd.api.v1.StreamOutputResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;

/** One follower of a job's output, from its beginning to its end. */
final class FollowCall extends ClientCall.Listener<StreamOutputResponse> {
  private static final int FRAMES_AHEAD = 16;

  private final ClientCall<StreamOutputRequest, StreamOutputResponse> call;
  private final StreamOutputRequest request;
  private final Frames frames;
  private final CompletableFuture<Void> accepted = new CompletableFuture<>();

  /** Who hears of what comes, on a thread of the network. */
  interface Frames {
    void frame(StreamOutputResponse frame);

    void over();
  }

  FollowCall(Channel channel, String job, Frames frames) {
    this.call = channel.newCall(JobServiceGrpc.getStreamOutputMethod(), CallOptions.DEFAULT);
    this.request = StreamOutputRequest.newBuilder().setJob(job).setFollow(true).build();
    this.frames = frames;
  }

  /** Completes when the server follows. */
  CompletableFuture<Void> start() {
    call.start(this, new Metadata());
    call.request(FRAMES_AHEAD);
    call.sendMessage(request);
    call.halfClose();
    return accepted;
  }

  @Override
  public void onHeaders(Metadata headers) {
    accepted.complete(null);
  }

  @Override
  public void onMessage(StreamOutputResponse frame) {
    frames.frame(frame);
    call.request(1);
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    accepted.completeExceptionally(status.asRuntimeException(trailers));
    frames.over();
  }
}
