package dev.jobd.server.rpc;

import dev.jobd.api.Errors;
import dev.jobd.worker.Job;
import dev.jobd.worker.model.JobRecord;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Ends calls that have one answer: with it, or with what went wrong. */
final class Answer {
  private Answer() {}

  static <T> void now(StreamObserver<T> call, Callable<T> work) {
    T answer;
    try {
      answer = work.call();
    } catch (Throwable failure) {
      call.onError(Failures.translate(failure));
      return;
    }
    call.onNext(answer);
    call.onCompleted();
  }

  /**
   * Answers when the job that {@code work} gives has ended, or fails as unavailable when the server
   * ends before. Holds no thread until then. A call that is cancelled lets go of the job at once:
   * {@code anyOf} unlinks itself from the futures it no longer waits for, which a dependent of
   * {@code ended} would not, so that callers who come and go leave nothing on a job that runs for
   * long.
   */
  static <T> void atEnd(
      StreamObserver<T> observer,
      Callable<Job> work,
      Function<JobRecord, T> answer,
      Executor executor,
      CompletableFuture<Void> serverEnds) {
    var call = (ServerCallStreamObserver<T>) observer;
    CompletableFuture<Void> cancelled = new CompletableFuture<>();
    call.setOnCancelHandler(() -> cancelled.complete(null));
    Job job;
    try {
      job = work.call();
    } catch (Throwable failure) {
      call.onError(Failures.translate(failure));
      return;
    }
    CompletableFuture<?> ended = job.ended().toCompletableFuture();
    CompletableFuture<?> _ =
        CompletableFuture.anyOf(ended, cancelled, serverEnds)
            .whenCompleteAsync(
                (_, failure) -> {
                  if (failure != null) {
                    call.onError(Failures.translate(failure));
                  } else if (!ended.isDone() && serverEnds.isDone()) {
                    call.onError(Errors.shuttingDown());
                  } else if (!call.isCancelled()) {
                    now(call, () -> answer.apply(job.record()));
                  }
                },
                executor);
  }
}
