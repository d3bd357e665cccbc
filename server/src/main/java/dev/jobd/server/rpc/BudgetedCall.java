package dev.jobd.server.rpc;

import dev.jobd.server.rpc.CallBudget.Lease;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A call that holds a {@link Lease}, and may be ended by the clock until its request is here: the
 * clock and the request race for {@code requested}, and the handler of the one that lost sees
 * nothing more.
 */
final class BudgetedCall<Q, A> extends SimpleForwardingServerCall<Q, A> {
  private final AtomicBoolean requested = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();

  /** The listener, and who holds the call's place beyond it. */
  private final AtomicInteger holders = new AtomicInteger(1);

  private Lease lease;

  /**
   * @param receiving held until the request is here; given back like what follows it
   */
  BudgetedCall(ServerCall<Q, A> call, Lease receiving) {
    super(call);
    this.lease = receiving;
  }

  /** For who has been given the request, before the call is over. */
  Lease hold() {
    holders.incrementAndGet();
    return this::letGo;
  }

  private void letGo() {
    if (holders.decrementAndGet() == 0) {
      lease.close();
    }
  }

  /** By whoever is first: the clock, or the handler that refuses what it got. */
  @Override
  public void close(Status status, Metadata trailers) {
    if (closed.compareAndSet(false, true)) {
      super.close(status, trailers);
    }
  }

  /**
   * @param answering gives what is held from the request on, where that is another
   * @param large gives what is held beside it for a large request
   */
  ServerCall.Listener<Q> listener(
      ServerCall.Listener<Q> handler,
      @Nullable Supplier<Lease> answering,
      Supplier<Lease> large,
      ScheduledExecutorService clock,
      Duration requestTime) {
    ScheduledFuture<?> end =
        clock.schedule(() -> expire(requestTime), requestTime.toNanos(), TimeUnit.NANOSECONDS);
    return new Listener(handler, answering, large, end);
  }

  private void expire(Duration requestTime) {
    if (requested.compareAndSet(false, true)) {
      close(
          Status.DEADLINE_EXCEEDED.withDescription(
              "the request was not complete within " + requestTime.toSeconds() + " s"),
          new Metadata());
    }
  }

  /** gRPC calls one method at a time, and one of onComplete and onCancel exactly once, last. */
  private final class Listener extends SimpleForwardingServerCallListener<Q> {
    private final @Nullable Supplier<Lease> answering;
    private final Supplier<Lease> large;
    private final ScheduledFuture<?> end;
    private boolean passesRequest;

    Listener(
        ServerCall.Listener<Q> handler,
        @Nullable Supplier<Lease> answering,
        Supplier<Lease> large,
        ScheduledFuture<?> end) {
      super(handler);
      this.answering = answering;
      this.large = large;
      this.end = end;
    }

    /** A client that streams requests has begun with the first. */
    @Override
    public void onMessage(Q message) {
      if ((getMethodDescriptor().getType().clientSendsOneMessage() || arrives())
          && hasRoom(message)) {
        super.onMessage(message);
      }
    }

    /** Asked before a large request is taken from the transport. */
    private boolean hasRoom(Q message) {
      try {
        if (message instanceof IncomingRequest<?> request && request.isLarge()) {
          Lease call = lease;
          Lease room = large.get();
          lease =
              () -> {
                room.close();
                call.close();
              };
        }
        return true;
      } catch (StatusRuntimeException refusal) {
        OutputStreamCall.close(BudgetedCall.this, refusal);
        return false;
      }
    }

    @Override
    public void onHalfClose() {
      if (arrives()) {
        super.onHalfClose();
      }
    }

    /** Whether the request is here in time and has a place. */
    private boolean arrives() {
      if (passesRequest) {
        return true;
      }
      if (!requested.compareAndSet(false, true)) {
        return false;
      }
      end.cancel(false);
      try {
        if (answering != null) {
          Lease next = answering.get();
          lease.close();
          lease = next;
        }
        passesRequest = true;
      } catch (StatusRuntimeException refusal) {
        OutputStreamCall.close(BudgetedCall.this, refusal);
      }
      return passesRequest;
    }

    @Override
    public void onComplete() {
      release();
      super.onComplete();
    }

    @Override
    public void onCancel() {
      release();
      super.onCancel();
    }

    private void release() {
      end.cancel(false);
      letGo();
    }
  }
}
