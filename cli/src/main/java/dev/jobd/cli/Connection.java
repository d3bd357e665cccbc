package dev.jobd.cli;

import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.SendInputRequest;
import dev.jobd.api.v1.SendInputResponse;
import dev.jobd.api.v1.StreamOutputRequest;
import dev.jobd.api.v1.StreamOutputResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way to one server. Calls name what they do, for the words of their failures; one that was
 * lost on its way is made again, within the bounds of {@link Patience}, where that is safe.
 */
final class Connection implements AutoCloseable {
  /** For what the server does at once, the connecting included. */
  static final Duration ANSWER_TIME = Duration.ofSeconds(30);

  private final ServerAddress server;
  private final CredentialFiles credentials;
  private final ManagedChannel channel;
  private final Reconnection reconnection;

  /**
   * @param credentials what {@code channel} was made with, for the words of failures
   * @param people who are told where the server is away
   */
  Connection(
      ServerAddress server,
      CredentialFiles credentials,
      ManagedChannel channel,
      Patience patience,
      People people) {
    this.server = server;
    this.credentials = credentials;
    this.channel = channel;
    this.reconnection = new Reconnection(server, channel, patience, people);
  }

  /**
   * A call that is answered at once, and does no more when it is made twice.
   *
   * @param operation what cannot be done if it fails, like {@code stop 3f2a}
   */
  <Q, A> A call(String operation, MethodDescriptor<Q, A> method, Q request)
      throws CallFailure, IOException {
    return call(operation, method, request, Duration.ZERO);
  }

  /** The same where the answer may take {@code wait} longer. */
  <Q, A> A call(String operation, MethodDescriptor<Q, A> method, Q request, Duration wait)
      throws CallFailure, IOException {
    return repeat(operation, method, request, () -> deadline(ANSWER_TIME.plus(wait)), true);
  }

  /**
   * The same for a call that, made twice, may mean two things: only made again if none heard it.
   */
  <Q, A> A callOnce(String operation, MethodDescriptor<Q, A> method, Q request, Duration wait)
      throws CallFailure, IOException {
    return repeat(operation, method, request, () -> deadline(ANSWER_TIME.plus(wait)), false);
  }

  /** A call whose answer may take for ever; keepalive tells when the server is gone. */
  <Q, A> A callPatiently(String operation, MethodDescriptor<Q, A> method, Q request)
      throws CallFailure, IOException {
    return repeat(operation, method, request, () -> CallOptions.DEFAULT, true);
  }

  private <Q, A> A repeat(
      String operation,
      MethodDescriptor<Q, A> method,
      Q request,
      Supplier<CallOptions> options,
      boolean repeatable)
      throws CallFailure, IOException {
    begin();
    while (true) {
      try {
        A answer = ClientCalls.blockingUnaryCall(channel, method, options.get(), request);
        answered();
        return answer;
      } catch (StatusRuntimeException e) {
        if (!(repeatable || Transport.refused(e)) || !isBackAfter(e)) {
          throw failure(operation, request, e);
        }
      }
    }
  }

  /**
   * Whether a call that failed so can be made again: it was lost on its way, and there is a
   * connection again. Waits for that, in bounds, and tells people.
   */
  boolean isBackAfter(StatusRuntimeException failure) throws IOException {
    String trouble = trouble(failure);
    try {
      return trouble != null && reconnection.succeeds(trouble);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** What may pass; {@code null} where calling again is of no use. */
  private @Nullable String trouble(StatusRuntimeException failure) {
    if (!reconnection.reached()) {
      return Transport.unreached(failure) ? "no connection to " + server : null;
    }
    if (reconnection.isResuming() && Transport.crowded(failure)) {
      return server + " may still count the call that was lost";
    }
    return Transport.lost(failure) ? "lost " + server : null;
  }

  /** The server has taken a call. */
  void answered() throws IOException {
    reconnection.answered();
  }

  private void begin() throws IOException {
    try {
      reconnection.begin();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * A call that another thread waits for and that waits for the server to be there; {@code answer}
   * hears of it on a thread of the network.
   */
  <Q, A> void callAside(
      MethodDescriptor<Q, A> method, Q request, Duration wait, StreamObserver<A> answer) {
    CallOptions options = deadline(ANSWER_TIME.plus(wait)).withWaitForReady();
    ClientCalls.asyncUnaryCall(channel.newCall(method, options), request, answer);
  }

  /** A job's output, over as many calls as it takes; parameters as of {@link OutputFrames}. */
  OutputFrames output(StreamOutputRequest request, String subject) throws IOException {
    begin();
    return new OutputFrames(this, request, subject);
  }

  ClientCall<StreamOutputRequest, StreamOutputResponse> newOutputCall() {
    return channel.newCall(JobServiceGrpc.getStreamOutputMethod(), CallOptions.DEFAULT);
  }

  ClientCall<SendInputRequest, SendInputResponse> newInputCall() {
    return channel.newCall(JobServiceGrpc.getSendInputMethod(), CallOptions.DEFAULT);
  }

  /** One that waits for the server to be there. */
  ClientCall<SendInputRequest, SendInputResponse> newPatientInputCall() {
    return channel.newCall(
        JobServiceGrpc.getSendInputMethod(), CallOptions.DEFAULT.withWaitForReady());
  }

  CallFailure failure(String operation, StatusRuntimeException e) {
    return failure(operation, null, e);
  }

  private CallFailure failure(
      String operation, @Nullable Object request, StatusRuntimeException e) {
    return reconnection.reached() && Transport.lost(e)
        ? CallFailure.lost(operation, server, reconnection.bound(), e)
        : CallFailure.of(operation, server, credentials, request, e);
  }

  /** How long a server that is away is tried for, at most. */
  Duration patience() {
    return reconnection.bound();
  }

  boolean isClosed() {
    return channel.isShutdown();
  }

  /** Waits so long; less, and says so, where this is closed meanwhile. */
  boolean closesWithin(long nanos) throws InterruptedException {
    return channel.awaitTermination(nanos, TimeUnit.NANOSECONDS);
  }

  /** Leaves at once; calls that are under way end. */
  @Override
  public void close() {
    channel.shutdownNow();
  }

  private static CallOptions deadline(Duration time) {
    return CallOptions.DEFAULT.withDeadlineAfter(time.toMillis(), TimeUnit.MILLISECONDS);
  }
}
