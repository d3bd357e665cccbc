package dev.jobd.server.rpc;

import dev.jobd.api.Errors;
import dev.jobd.api.v1.InputEnd;
import dev.jobd.api.v1.SendInputRequest;
import dev.jobd.api.v1.SendInputResponse;
import dev.jobd.worker.InputSender;
import dev.jobd.worker.InputState;
import dev.jobd.worker.Job;
import dev.jobd.worker.model.JobId;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One call that sends a job's input as fast as the job takes it, and no faster.
 *
 * <p>What lets it go on (a message has come, the job has taken one, the transport has room for an
 * answer, the client or the server ends) calls {@link #signal}, which starts a round on a virtual
 * thread. It alone touches the sender and the call: see {@link Signals}.
 *
 * <p>The next message is asked for when the last one is handed over: a call holds one here and one
 * on its way to the job, beyond what the transport lets its client send ahead.
 */
final class InputCall {
  private static final long NOTHING = -1;

  private final ServerCall<SendInputRequest, SendInputResponse> call;
  private final JobId job;
  private final InputSender sender;
  private final CallThreads threads;
  private final CompletableFuture<Void> serverEnds;
  private final CompletableFuture<Void> over = new CompletableFuture<>();

  /** Counted until the start. */
  private final Signals signals = Signals.one();

  private volatile @Nullable SendInputRequest arrived;
  private volatile boolean halfClosed;
  private volatile @Nullable StatusRuntimeException refusal;
  private long told = NOTHING;
  private boolean endAsked;

  /**
   * @throws IOException where the job cannot be told
   */
  InputCall(
      ServerCall<SendInputRequest, SendInputResponse> call,
      Job job,
      CallThreads threads,
      CompletableFuture<Void> serverEnds)
      throws IOException {
    this.call = call;
    this.job = job.id();
    this.threads = threads;
    this.serverEnds = serverEnds;
    this.sender = job.sendInput(this::signal);
  }

  /** Accepts the call. */
  void start() {
    call.sendHeaders(new Metadata());
    call.request(1);
    threads.calls().execute(this::rounds);
    // Unlinks itself from the server's end when the call is over.
    CompletableFuture<Void> _ = CompletableFuture.anyOf(serverEnds, over).thenRun(this::signal);
  }

  /** The next message; none comes before the last one was handed over. */
  void arrived(SendInputRequest message) {
    arrived = message;
    signal();
  }

  /** The next message is none: the call ends so. */
  void refused(StatusRuntimeException why) {
    refusal = why;
    signal();
  }

  /** No more messages come. */
  void halfClosed() {
    halfClosed = true;
    signal();
  }

  /** Something has changed; never blocks. */
  void signal() {
    if (signals.raise()) {
      threads.calls().execute(this::rounds);
    }
  }

  private void rounds() {
    int answered;
    do {
      answered = signals.pending();
      if (!round()) {
        sender.close();
        over.complete(null);
        return;
      }
    } while (!signals.settled(answered));
  }

  /** Whether the call goes on. */
  private boolean round() {
    try {
      return !call.isCancelled() && goesOn();
    } catch (Throwable failure) {
      OutputStreamCall.close(call, Failures.translate(failure));
      return false;
    }
  }

  private boolean goesOn() throws IOException {
    if (serverEnds.isDone()) {
      throw Errors.shuttingDown();
    }
    StatusRuntimeException refused = refusal;
    if (refused != null) {
      throw refused;
    }
    SendInputRequest message = arrived;
    if (message != null) {
      Requests.checkInput(message); // also while the job takes nothing, so that it is not kept
    }
    if (!call.isReady()) {
      return true; // its client reads no answers: it gets no further before it does
    }
    return switch (sender.state()) {
      case InputState.Waiting _ -> true;
      case InputState.Replaced _ -> throw Errors.inputReplaced(job.toString());
      case InputState.Over(long taken, InputState.Why why) -> {
        call.sendMessage(answer(taken).setEnd(end(why)).build());
        yield end();
      }
      case InputState.Ready(long offset) -> {
        if (offset != told) {
          call.sendMessage(answer(offset).build());
          told = offset;
        }
        yield handOver(message, offset);
      }
    };
  }

  private boolean end() {
    call.close(Status.OK, new Metadata());
    return false;
  }

  private boolean handOver(@Nullable SendInputRequest message, long offset) throws IOException {
    if (endAsked) {
      sender.end();
    } else if (message != null) {
      Requests.checkOffset(message, offset);
      arrived = null;
      endAsked = message.getEnd();
      if (!message.getData().isEmpty()) {
        sender.send(message.getData().asReadOnlyByteBuffer());
      } else if (endAsked) {
        sender.end();
      }
      call.request(1);
    } else if (halfClosed) {
      return end();
    }
    return true;
  }

  private static SendInputResponse.Builder answer(long taken) {
    return SendInputResponse.newBuilder().setTaken(taken);
  }

  private static InputEnd end(InputState.Why why) {
    return switch (why) {
      case COMPLETE -> InputEnd.INPUT_END_COMPLETE;
      case CLOSED_BY_JOB -> InputEnd.INPUT_END_CLOSED_BY_JOB;
      case JOB_ENDED -> InputEnd.INPUT_END_JOB_ENDED;
    };
  }
}
