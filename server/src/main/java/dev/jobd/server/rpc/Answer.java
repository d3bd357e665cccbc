package dev.jobd.server.rpc;

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
   * Answers when the job that {@code work} gives has ended. Holds no thread until then. A call that
   * is cancelled lets go of the job at once: {@code anyOf} unlinks itself from the futures it no
   * longer waits for, which a dependent of {@code ended} would not, so that callers who come and go
   * leave nothing on a job that runs for long.
   */
  static <T> void atEnd(
      StreamObserver<T> observer,
      Callable<Job> work,
      Function<JobRecord, T> answer,
      Executor executor) {
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
    CompletableFuture<?> _ =
        CompletableFuture.anyOf(job.ended().toCompletableFuture(), cancelled)
            .whenCompleteAsync(
                (_, failure) -> {
                  if (failure != null) {
                    call.onError(Failures.translate(failure));
                  } else if (!call.isCancelled()) {
                    now(call, () -> answer.apply(job.record()));
                  }
                },
                executor);
  }
}
