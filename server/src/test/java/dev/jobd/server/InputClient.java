package dev.jobd.server;

import static java.util.concurrent.TimeUnit.SECONDS;

import com.google.protobuf.ByteString;
import dev.jobd.api.ErrorDetails;
import dev.jobd.api.v1.InputEnd;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.SendInputRequest;
import dev.jobd.api.v1.SendInputResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** One call that sends a job's input, a message at a time. */
final class InputClient extends ClientCall.Listener<SendInputResponse> implements AutoCloseable {
  static final int MESSAGE_BYTES = 64 << 10;

  final ClientCall<SendInputRequest, SendInputResponse> call;
  private final BlockingQueue<SendInputResponse> answers = new LinkedBlockingQueue<>();
  private final BlockingQueue<ErrorDetails> closed = new LinkedBlockingQueue<>();

  InputClient(Channel channel, SendInputRequest first) {
    call = channel.newCall(JobServiceGrpc.getSendInputMethod(), CallOptions.DEFAULT);
    call.start(this, new Metadata());
    call.request(Integer.MAX_VALUE);
    call.sendMessage(first);
  }

  InputClient(Channel channel, String job) {
    this(channel, SendInputRequest.newBuilder().setJob(job).build());
  }

  /** One that nobody waits for. */
  void send(long offset, byte[] data, boolean end) {
    send(
        SendInputRequest.newBuilder()
            .setOffset(offset)
            .setData(ByteString.copyFrom(data))
            .setEnd(end));
  }

  void send(SendInputRequest.Builder message) {
    call.sendMessage(message.build());
  }

  SendInputResponse next() throws InterruptedException {
    return Objects.requireNonNull(answers.poll(TestServer.BOUND_SECONDS, SECONDS), "no answer");
  }

  /** Waits until the job has so many bytes. */
  void awaitTaken(long offset) throws InterruptedException {
    SendInputResponse answer = next();
    while (answer.getTaken() < offset && answer.getEnd() == InputEnd.INPUT_END_UNSPECIFIED) {
      answer = next();
    }
    if (answer.getTaken() != offset) {
      throw new AssertionError("%s came, and not %d taken".formatted(answer, offset));
    }
  }

  /** Sends {@code input} from one offset to another, without waiting for anything but the start. */
  void feed(byte[] input, int from, int to) {
    for (int at = from; at < to; at += MESSAGE_BYTES) {
      int length = Math.min(MESSAGE_BYTES, to - at);
      send(
          SendInputRequest.newBuilder()
              .setOffset(at)
              .setData(ByteString.copyFrom(input, at, length)));
    }
  }

  /** Waits for the last answer. */
  SendInputResponse last() throws InterruptedException {
    SendInputResponse answer = next();
    while (answer.getEnd() == InputEnd.INPUT_END_UNSPECIFIED) {
      answer = next();
    }
    return answer;
  }

  /** Waits for the end of the call. */
  ErrorDetails end() throws InterruptedException {
    return Objects.requireNonNull(closed.poll(TestServer.BOUND_SECONDS, SECONDS), "no end");
  }

  @Override
  public void onMessage(SendInputResponse message) {
    answers.add(message);
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    closed.add(ErrorDetails.of(status.asRuntimeException(trailers)));
  }

  /** As a client that goes away: says nothing of an end. */
  @Override
  public void close() {
    call.cancel("test", null);
  }
}
