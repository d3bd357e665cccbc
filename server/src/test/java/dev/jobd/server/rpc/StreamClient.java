package dev.jobd.server.rpc;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.StreamOutputRequest;
import dev.jobd.api.v1.StreamOutputResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/** A client that reads as much of a job's output as the test says, and no more. */
final class StreamClient extends ClientCall.Listener<StreamOutputResponse> {
  final ClientCall<StreamOutputRequest, StreamOutputResponse> call;
  final CountDownLatch headers = new CountDownLatch(1);
  final BlockingQueue<StreamOutputResponse> messages = new LinkedBlockingQueue<>();
  private final BlockingQueue<Status> closed = new LinkedBlockingQueue<>();

  StreamClient(Channel channel, String user, String job, int messagesWanted) {
    call = channel.newCall(JobServiceGrpc.getStreamOutputMethod(), CallOptions.DEFAULT);
    Metadata sent = new Metadata();
    sent.put(StreamServer.USER, user);
    call.start(this, sent);
    call.request(messagesWanted);
    call.sendMessage(StreamOutputRequest.newBuilder().setJob(job).build());
    call.halfClose();
  }

  StreamOutputResponse next() throws InterruptedException {
    return Objects.requireNonNull(
        messages.poll(StreamServer.BOUND_SECONDS, SECONDS), "no message came");
  }

  Status.Code status() throws InterruptedException {
    return Objects.requireNonNull(closed.poll(StreamServer.BOUND_SECONDS, SECONDS), "no end came")
        .getCode();
  }

  void cancel() {
    call.cancel("test", null);
  }

  @Override
  public void onHeaders(Metadata received) {
    headers.countDown();
  }

  @Override
  public void onMessage(StreamOutputResponse message) {
    messages.add(message);
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    closed.add(status);
  }
}
