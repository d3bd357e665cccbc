package dev.jobd.server.rpc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.server.auth.Caller;
import dev.jobd.worker.output.OutputEvent;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Long searches through output: whom they delay, and what ends them. */
class OutputSearchTest {
  private static final int BOUND_SECONDS = StreamServer.BOUND_SECONDS;

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(BOUND_SECONDS, SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void moreSearchesThanProcessorsStopNoOtherCall() throws Exception {
    int count = 2 * Runtime.getRuntime().availableProcessors() + CallThreads.SEARCHERS;
    List<FakeSearch> searches = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      searches.add(FakeSearch.endless());
    }
    FakeOutput output = new FakeOutput();
    output.write(new OutputEvent.End(0));
    OutputSource.Opener outputs =
        request ->
            request.getJob().equals("other")
                ? output
                : searches.get(Integer.parseInt(request.getJob()));
    try (StreamServer server = new StreamServer(CallThreads.start(), outputs)) {
      List<StreamClient> clients = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        clients.add(server.call(Integer.toString(i), 1));
      }
      searches.forEach(search -> await(search.stepped));
      assertThat(server.call("other", 1).status()).isEqualTo(Status.Code.OK);
      assertThat(searches).allMatch(search -> search.closed.getCount() == 1);
      clients.forEach(StreamClient::cancel);
      searches.forEach(search -> await(search.closed));
    }
    assertThat(searches).noneMatch(search -> search.misused.get());
  }

  @Test
  void searchesOfOneUserTakeTurns() throws Exception {
    List<String> turns = turns(List.of("alice/1", "alice/2", "alice/3"));
    for (int i = 0; i + 3 <= turns.size(); i++) {
      assertThat(turns.subList(i, i + 3)).doesNotHaveDuplicates();
    }
  }

  @Test
  void usersTakeTurnsHoweverManySearchesOneHas() throws Exception {
    List<String> turns = turns(List.of("alice/1", "bob/1", "alice/2", "alice/3", "alice/4"));
    List<String> users = turns.stream().map(OutputSearchTest::user).toList();
    for (int i = 0; i + 2 <= users.size(); i++) {
      assertThat(users.subList(i, i + 2)).doesNotHaveDuplicates();
    }
  }

  private static String user(String job) {
    return job.substring(0, job.indexOf('/'));
  }

  /** Who has turns while all search, on one thread; each job's name begins with a user's. */
  private static List<String> turns(List<String> jobs) throws Exception {
    int rounds = 50;
    CountDownLatch all = new CountDownLatch(jobs.size());
    AtomicInteger left = new AtomicInteger(jobs.size() * rounds);
    List<String> turns = new ArrayList<>(); // of one thread
    OutputSource.Opener outputs =
        request -> {
          AtomicInteger steps = new AtomicInteger();
          return new FakeSearch(
              () -> {
                if (steps.getAndIncrement() == 0) {
                  all.countDown();
                }
                if (all.getCount() == 0 && left.getAndDecrement() > 0) {
                  turns.add(request.getJob());
                }
                return left.get() > 0;
              });
        };
    CallThreads threads =
        new CallThreads(Executors.newVirtualThreadPerTaskExecutor(), new SearchTurns(1));
    try (StreamServer server = new StreamServer(threads, outputs)) {
      List<StreamClient> clients =
          jobs.stream().map(job -> server.callAs(user(job), job, 1)).toList();
      for (StreamClient client : clients) {
        assertThat(client.status()).isEqualTo(Status.Code.OK);
      }
    }
    return turns;
  }

  @Test
  void callThatIsCancelledIsNotSearchedFor() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    FakeSearch search = FakeSearch.held(cancelled);
    OutputSource.Opener outputs =
        _ -> {
          Context.current().addListener(_ -> cancelled.countDown(), Runnable::run);
          return search;
        };
    try (StreamServer server = new StreamServer(CallThreads.start(), outputs)) {
      StreamClient client = server.call(1);
      await(search.stepped);
      client.cancel();
      await(search.closed);
    }
    assertThat(search.steps).hasValue(1);
  }

  @Test
  void serverThatEndsEndsASearch() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    FakeSearch search = FakeSearch.held(ended);
    try (StreamServer server = new StreamServer(CallThreads.start(), _ -> search)) {
      StreamClient client = server.call(1);
      await(search.stepped);
      server.ends.complete(null);
      ended.countDown();
      assertThat(client.status()).isEqualTo(Status.Code.UNAVAILABLE);
      await(search.closed);
    }
    assertThat(search.steps).hasValue(1);
  }

  @Test
  void searchThatIsUnderWayWhenTheServerIsGoneLetsGoOfItsOutput() throws Exception {
    CountDownLatch gone = new CountDownLatch(1);
    FakeSearch search = FakeSearch.held(gone);
    CallThreads threads = CallThreads.start();
    try (StreamServer server = new StreamServer(threads, _ -> search)) {
      server.call(1);
      await(search.stepped);
      threads.searches().close();
      gone.countDown();
      await(search.closed);
    }
    assertThat(search.steps).hasValue(1);
  }

  @Test
  void searchThatFailsEndsTheCallAsAnIncident() throws Exception {
    FakeSearch search =
        new FakeSearch(
            () -> {
              throw new IllegalStateException("journal is broken");
            });
    try (StreamServer server = new StreamServer(CallThreads.start(), _ -> search)) {
      assertThat(server.call(1).status()).isEqualTo(Status.Code.INTERNAL);
      await(search.closed);
    }
  }

  @Test
  void cancelledCallKeepsItsPlaceUntilItsOutputIsClosed() throws Exception {
    CountDownLatch stepMayEnd = new CountDownLatch(1);
    FakeSearch held = FakeSearch.held(stepMayEnd);
    FakeOutput next = new FakeOutput();
    next.write(new OutputEvent.End(0));
    CountDownLatch cancelHandled = new CountDownLatch(1);
    try (CallBudget budget = oneFollower();
        StreamServer server =
            new StreamServer(
                CallThreads.start(),
                request -> request.getJob().equals("held") ? held : next,
                budget,
                asUser(cancelHandled))) {
      StreamClient client = server.call("held", 1);
      await(held.stepped);
      client.cancel();
      await(cancelHandled);
      assertThat(server.call("next", 1).status()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      stepMayEnd.countDown();
      await(held.closed);
      assertThat(statusOncePlaceIsFree(server)).isEqualTo(Status.Code.OK);
    }
  }

  private static CallBudget oneFollower() {
    return new CallBudget(
        new CallBudget.Share("calls", 8, 8),
        new CallBudget.Share("large requests", 1, 1),
        new CallBudget.Share("followers", 1, 1),
        new CallBudget.Share("inputs", 1, 1),
        Duration.ofMinutes(1));
  }

  /** The place is free a moment after the output is closed, which nobody announces. */
  private static Status.Code statusOncePlaceIsFree(StreamServer server)
      throws InterruptedException {
    for (long end = System.nanoTime() + SECONDS.toNanos(BOUND_SECONDS); ; ) {
      Status.Code status = server.call("next", 1).status();
      if (status != Status.Code.RESOURCE_EXHAUSTED || System.nanoTime() > end) {
        return status;
      }
    }
  }

  /** Calls are of one user; tells when a cancelled one has been dealt with. */
  private static ServerInterceptor asUser(CountDownLatch cancelHandled) {
    return new ServerInterceptor() {
      @Override
      public <Q, A> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Context context = new Caller("mallory", "user").in(Context.current());
        return new SimpleForwardingServerCallListener<>(
            Contexts.interceptCall(context, call, headers, next)) {
          @Override
          public void onCancel() {
            super.onCancel();
            cancelHandled.countDown();
          }
        };
      }
    };
  }
}
