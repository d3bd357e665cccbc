package dev.jobd.cli;

import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.StreamOutputRequest;
import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The way to one server. Calls name what they do, for the words of their failures. */
final class Connection implements AutoCloseable {
  /** For what the server does at once, the connecting included. */
  static final Duration ANSWER_TIME = Duration.ofSeconds(30);

  /**
   * How long a server that refuses connections may take to accept one: it is being started, or
   * restarted, beside this client.
   */
  static final Duration START_UP_TIME = Duration.ofSeconds(10);

  private final ServerAddress server;
  private final ManagedChannel channel;

  Connection(ServerAddress server, ManagedChannel channel) {
    this.server = server;
    this.channel = channel;
  }

  /**
   * A call that is answered at once.
   *
   * @param operation what cannot be done if it fails, like {@code stop 3f2a}
   */
  <Q, A> A call(String operation, MethodDescriptor<Q, A> method, Q request) throws CallFailure {
    return call(operation, method, request, Duration.ZERO);
  }

  /** A call whose answer may take {@code wait} longer. */
  <Q, A> A call(String operation, MethodDescriptor<Q, A> method, Q request, Duration wait)
      throws CallFailure {
    return call(operation, method, request, deadline(ANSWER_TIME.plus(wait)));
  }

  /** A call whose answer may take for ever; keepalive tells when the server is gone. */
  <Q, A> A callPatiently(String operation, MethodDescriptor<Q, A> method, Q request)
      throws CallFailure {
    return call(operation, method, request, CallOptions.DEFAULT);
  }

  private <Q, A> A call(
      String operation, MethodDescriptor<Q, A> method, Q request, CallOptions options)
      throws CallFailure {
    long patienceEnds = System.nanoTime() + START_UP_TIME.toNanos();
    while (true) {
      try {
        return ClientCalls.blockingUnaryCall(channel, method, options, request);
      } catch (StatusRuntimeException e) {
        if (!isRefused(e) || !reconnects(patienceEnds)) {
          throw failure(operation, e);
        }
      }
    }
  }

  /** Nobody listens there, so nothing has been asked of anybody: it can be asked again. */
  private static boolean isRefused(StatusRuntimeException e) {
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof ConnectException) {
        return true;
      }
    }
    return false;
  }

  /** Waits until the channel tries again, in its own rhythm; false where that would be too late. */
  private boolean reconnects(long patienceEnds) {
    CountDownLatch trying = new CountDownLatch(1);
    channel.notifyWhenStateChanged(ConnectivityState.TRANSIENT_FAILURE, trying::countDown);
    try {
      return trying.await(patienceEnds - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * A call that another thread waits for; {@code answer} hears of it on a thread of the network.
   */
  <Q, A> void callAside(
      MethodDescriptor<Q, A> method, Q request, Duration wait, StreamObserver<A> answer) {
    ClientCalls.asyncUnaryCall(
        channel.newCall(method, deadline(ANSWER_TIME.plus(wait))), request, answer);
  }

  OutputFrames output(StreamOutputRequest request) {
    return OutputFrames.open(
        this,
        request,
        channel.newCall(JobServiceGrpc.getStreamOutputMethod(), CallOptions.DEFAULT));
  }

  CallFailure failure(String operation, StatusRuntimeException e) {
    return CallFailure.of(operation, server, e);
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
