package dev.jobd.server.rpc;

import dev.jobd.api.v1.SendInputRequest;
import dev.jobd.api.v1.SendInputResponse;
import dev.jobd.worker.Job;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Takes SendInput calls: the first message says whose input it is, the others are that input. */
final class SendInputHandler implements ServerCallHandler<SendInputRequest, SendInputResponse> {
  private final Jobs jobs;
  private final CallThreads threads;
  private final CompletableFuture<Void> serverEnds;

  /** Finds what a call asks for. */
  @FunctionalInterface
  interface Jobs {
    /** Fails as the call is to fail where its caller may not send to it or it is not there. */
    Job find(String job);
  }

  /**
   * @param serverEnds completes when calls are to end
   */
  SendInputHandler(Jobs jobs, CallThreads threads, CompletableFuture<Void> serverEnds) {
    this.jobs = jobs;
    this.threads = threads;
    this.serverEnds = serverEnds;
  }

  @Override
  public ServerCall.Listener<SendInputRequest> startCall(
      ServerCall<SendInputRequest, SendInputResponse> call, Metadata headers) {
    call.request(1);
    return new Listener(call);
  }

  /** gRPC calls one method at a time. */
  private final class Listener extends ServerCall.Listener<SendInputRequest>
      implements GuardedService.RefusalListener {
    private final ServerCall<SendInputRequest, SendInputResponse> call;
    private @Nullable InputCall input;
    private boolean refused;

    Listener(ServerCall<SendInputRequest, SendInputResponse> call) {
      this.call = call;
    }

    @Override
    public void onMessage(SendInputRequest message) {
      if (input != null) {
        input.arrived(message);
        return;
      }
      try {
        Job job = jobs.find(Requests.jobOfInput(message));
        input = new InputCall(call, job, threads, serverEnds);
        input.start();
      } catch (Throwable failure) {
        refuse(Failures.translate(failure));
      }
    }

    @Override
    public void onRefused(StatusRuntimeException refusal) {
      if (input != null) {
        input.refused(refusal);
      } else {
        refuse(refusal);
      }
    }

    private void refuse(StatusRuntimeException refusal) {
      refused = true;
      OutputStreamCall.close(call, refusal);
    }

    @Override
    public void onHalfClose() {
      if (input != null) {
        input.halfClosed();
      } else if (!refused) {
        call.close(
            Status.INVALID_ARGUMENT.withDescription(
                "SendInput takes a job to begin with, got none"),
            new Metadata());
      }
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
      if (input != null) {
        input.signal();
      }
    }
  }
}
