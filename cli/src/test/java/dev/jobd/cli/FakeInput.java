package dev.jobd.cli;

import dev.jobd.api.v1.InputEnd;
import dev.jobd.api.v1.SendInputRequest;
import dev.jobd.api.v1.SendInputResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The input of a job that takes what comes, at once, for as long as the test says. */
final class FakeInput {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final List<String> calls = new ArrayList<>();
  private boolean ended;

  /** With so many bytes there, no more are taken, for this reason. */
  private int most = Integer.MAX_VALUE;

  private InputEnd why = InputEnd.INPUT_END_COMPLETE;

  /** With so many bytes there, the next message fails the call, once. */
  private int failsAt = Integer.MAX_VALUE;

  private @Nullable StatusRuntimeException failure;

  synchronized void takesOnly(int count, InputEnd reason) {
    most = count;
    why = reason;
  }

  synchronized void failsOnceAt(int count, StatusRuntimeException reason) {
    failsAt = count;
    failure = reason;
  }

  /** As if a call before had brought them. */
  synchronized void has(byte[] before) {
    bytes.writeBytes(before);
  }

  synchronized byte[] bytes() {
    return bytes.toByteArray();
  }

  synchronized boolean ended() {
    return ended;
  }

  /** The jobs that calls have named. */
  synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  StreamObserver<SendInputRequest> call(StreamObserver<SendInputResponse> client) {
    return new StreamObserver<>() {
      private boolean over;

      @Override
      public void onNext(SendInputRequest message) {
        synchronized (FakeInput.this) {
          over = over || !take(message, client);
        }
      }

      @Override
      public void onError(Throwable failure) {}

      @Override
      public void onCompleted() {}
    };
  }

  /** Whether the call goes on. */
  private boolean take(SendInputRequest message, StreamObserver<SendInputResponse> client) {
    if (!message.getJob().isEmpty()) {
      calls.add(message.getJob());
    } else if (bytes.size() >= failsAt && failure != null) {
      client.onError(failure);
      failure = null;
      return false;
    } else if (message.getOffset() != bytes.size()) {
      client.onError(Status.INVALID_ARGUMENT.withDescription("offset").asRuntimeException());
      return false;
    }
    byte[] data = message.getData().toByteArray();
    bytes.write(data, 0, Math.min(data.length, most - bytes.size()));
    ended = ended || message.getEnd();
    boolean goesOn = !ended && bytes.size() < most;
    client.onNext(
        SendInputResponse.newBuilder()
            .setTaken(bytes.size())
            .setEnd(goesOn ? InputEnd.INPUT_END_UNSPECIFIED : why)
            .build());
    if (!goesOn) {
      client.onCompleted();
    }
    return goesOn;
  }
}
