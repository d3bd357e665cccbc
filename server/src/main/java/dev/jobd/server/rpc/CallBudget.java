package dev.jobd.server.rpc;

import dev.jobd.api.Errors;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.server.auth.Caller;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what is under way for one user and for all, because each call holds memory, a request or
 * an answer, for as long as its client likes. A call counts from its start until gRPC has written
 * all of its answer or the client has cancelled it; one that would be too many is refused. A stream
 * of output counts as a call while it sends its request, and then as a follower, at least until its
 * output is closed: a search may go on for a moment after its client has gone. One of input counts
 * as a call until it has said whose, and then as an input.
 *
 * <p>Wants the {@link Caller} in the call's context.
 */
public final class CallBudget implements ServerInterceptor, AutoCloseable {
  /**
   * How many there may be at one time.
   *
   * @param what they are, in the words of a refusal
   */
  public record Share(String what, int perUser, int inTotal) {}

  private final Count calls;
  private final Count largeRequests;
  private final Count followers;
  private final Count inputs;
  private final Duration requestTime;
  private final ScheduledThreadPoolExecutor clock;

  /**
   * @param largeRequests of calls that hold a place of {@code calls} too
   * @param requestTime after which a call that has not sent its request is ended
   */
  public CallBudget(
      Share calls, Share largeRequests, Share followers, Share inputs, Duration requestTime) {
    this.calls = new Count(calls);
    this.largeRequests = new Count(largeRequests);
    this.followers = new Count(followers);
    this.inputs = new Count(inputs);
    this.requestTime = requestTime;
    clock =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("jobd-call-clock").factory());
    clock.setRemoveOnCancelPolicy(true);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String user = Caller.current().user();
    Lease lease;
    try {
      lease = calls.take(user);
    } catch (StatusRuntimeException refusal) {
      OutputStreamCall.close(call, refusal);
      return new ServerCall.Listener<>() {};
    }
    BudgetedCall<Q, A> budgeted = new BudgetedCall<>(call, lease);
    try {
      ServerCall.Listener<Q> handler = next.startCall(budgeted, headers);
      Count stream = streams(call.getMethodDescriptor());
      return budgeted.listener(
          handler,
          stream == null ? null : () -> stream.take(user),
          () -> largeRequests.take(user),
          clock,
          requestTime);
    } catch (RuntimeException e) {
      lease.close();
      throw e;
    }
  }

  /** Keeps the place of a call under way, where it has one, until this lease is closed too. */
  static Lease hold(ServerCall<?, ?> call) {
    return call instanceof BudgetedCall<?, ?> budgeted ? budgeted.hold() : () -> {};
  }

  /** What a call counts as from its request on; {@code null}: as what it did before. */
  private @Nullable Count streams(MethodDescriptor<?, ?> method) {
    if (isSame(method, JobServiceGrpc.getStreamOutputMethod())) {
      return followers;
    }
    return isSame(method, JobServiceGrpc.getSendInputMethod()) ? inputs : null;
  }

  private static boolean isSame(MethodDescriptor<?, ?> one, MethodDescriptor<?, ?> other) {
    return one.getFullMethodName().equals(other.getFullMethodName());
  }

  /**
   * Waits until no call is under way but streams of output and input, at most {@code bound};
   * returns whether that is so.
   */
  public boolean awaitCalls(Duration bound) throws InterruptedException {
    return calls.awaitNone(bound);
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  /** One call's place in a share. */
  interface Lease extends AutoCloseable {
    @Override
    void close();
  }

  /** Who has how many; no more entries than there are calls. */
  private static final class Count {
    private final Share share;
    private final Map<String, Integer> byUser = new HashMap<>();
    private int total;

    Count(Share share) {
      this.share = share;
    }

    /** Fails TOO_MANY_CALLS where a bound is reached. */
    synchronized Lease take(String user) {
      if (byUser.getOrDefault(user, 0) >= share.perUser()) {
        throw Errors.tooManyCalls(share.what(), "user " + user, share.perUser());
      }
      if (total >= share.inTotal()) {
        throw Errors.tooManyCalls(share.what(), "this server", share.inTotal());
      }
      total++;
      byUser.merge(user, 1, Integer::sum);
      return () -> release(user);
    }

    synchronized boolean awaitNone(Duration bound) throws InterruptedException {
      long end = System.nanoTime() + bound.toNanos();
      while (total > 0) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          return false;
        }
        wait(left);
      }
      return true;
    }

    private synchronized void release(String user) {
      total--;
      if (total == 0) {
        notifyAll();
      }
      byUser.computeIfPresent(user, (_, count) -> count == 1 ? null : count - 1);
    }
  }
}
