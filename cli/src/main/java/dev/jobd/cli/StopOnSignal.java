package dev.jobd.cli;

import dev.jobd.api.JobExitCode;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.StopJobRequest;
import dev.jobd.api.v1.StopJobResponse;
import dev.jobd.cli.render.Console;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * While installed, SIGINT and SIGTERM do not end jobctl but the job it runs: the first is passed on
 * to the job, which then has {@link #GRACE_SECONDS}; the second kills the job; the third ends
 * jobctl. Signals that come before there is a job are kept for it, but for the second, which ends
 * jobctl; and those that come while the server is away are kept for its return, as long as {@link
 * Patience} has it.
 */
final class StopOnSignal implements AutoCloseable {
  static final int GRACE_SECONDS = 10;
  private static final int SIGNALS_TO_LEAVE = 3;
  private static final int SIGNALS_TO_LEAVE_WITHOUT_JOB = 2;

  private final Console console;
  private final Map<Signal, SignalHandler> before = new LinkedHashMap<>();

  /** The thread that installed this, and each that has words of a signal to say. */
  private final Phaser sayers = new Phaser(1);

  private @Nullable Target target;
  private int received;
  private int firstSignal;
  private int lastSignal;

  private record Target(String job, Connection connection, OutputFrames frames) {}

  private StopOnSignal(Console console) {
    this.console = console;
  }

  /**
   * @param console whose reader is told of each signal what comes of it
   */
  static StopOnSignal install(Console console) {
    StopOnSignal installed = new StopOnSignal(console);
    for (String name : new String[] {"INT", "TERM"}) {
      Signal signal = new Signal(name);
      installed.before.put(signal, Signal.handle(signal, installed::receive));
    }
    return installed;
  }

  /** From now on there is a job to stop; {@code frames} end if it cannot be stopped. */
  synchronized void stops(String job, Connection connection, OutputFrames frames) {
    target = new Target(job, connection, frames);
    if (received > 0) {
      stop(target);
    }
  }

  synchronized boolean anyReceived() {
    return received > 0;
  }

  /** Whether the job got {@code signal} from here first. */
  synchronized boolean passedOn(int signal) {
    return received > 0 && firstSignal == signal;
  }

  /** The job gets {@code signal} and time otherwise than from here: the next signal kills it. */
  synchronized void stopsOtherwise(int signal) {
    if (received == 0) {
      received = 1;
      firstSignal = signal;
    }
  }

  /** Whoever goes on can end the process: what comes of each signal has been said. */
  @Override
  public void close() {
    before.forEach(Signal::handle);
    sayers.arriveAndAwaitAdvance();
  }

  /** First the job, then the words: who should read them may not do so before the job has ended. */
  private void receive(Signal signal) {
    sayers.register(); // before the job hears of it, and with it who waits for the job's end
    try {
      console.sayNow(heed(signal));
    } finally {
      sayers.arriveAndDeregister();
    }
  }

  /** What comes of it, in words. */
  private synchronized String heed(Signal signal) {
    received++;
    lastSignal = signal.getNumber();
    firstSignal = received == 1 ? lastSignal : firstSignal;
    if (received >= (target == null ? SIGNALS_TO_LEAVE_WITHOUT_JOB : SIGNALS_TO_LEAVE)) {
      Runtime.getRuntime().halt(JobExitCode.ofSignal(lastSignal));
    }
    String name = "SIG" + signal.getName();
    if (target == null) {
      return name + " is for the job, once it has started; another one ends jobctl";
    }
    stop(target);
    return received == 1
        ? "stopping the job by %s; it is killed in %d s, or at once by another signal"
            .formatted(name, GRACE_SECONDS)
        : "killing the job; another signal ends jobctl without waiting for that";
  }

  private void stop(Target target) {
    StopJobRequest.Builder request = StopJobRequest.newBuilder().setJob(target.job);
    if (received == 1) {
      request.setSignal(lastSignal).getGraceBuilder().setSeconds(GRACE_SECONDS);
    }
    new Stop(target, request.build()).call();
  }

  /** That the job has ended shows in its output; only a failure matters. */
  private static final class Stop implements StreamObserver<StopJobResponse> {
    private final Target target;
    private final StopJobRequest request;
    private final Pause pause = new Pause();
    private final long began = System.nanoTime();

    Stop(Target target, StopJobRequest request) {
      this.target = target;
      this.request = request;
    }

    /** Where the server is away, this waits until it is back. */
    void call() {
      target.connection.callAside(
          JobServiceGrpc.getStopJobMethod(), request, Duration.ofSeconds(GRACE_SECONDS), this);
    }

    @Override
    public void onNext(StopJobResponse response) {}

    @Override
    public void onError(Throwable failure) {
      if (!(failure instanceof StatusRuntimeException e)) {
        return;
      }
      boolean unheard = Transport.lost(e) || Transport.unanswered(e);
      if (unheard && isWithinPatience() && !target.connection.isClosed()) {
        pause.grow();
        CompletableFuture.delayedExecutor(pause.nanos(), TimeUnit.NANOSECONDS).execute(this::call);
      } else {
        target.frames.abort(
            target
                .connection
                .failure("stop " + target.job, e)
                .whereNotAllowed("it runs on: jobctl logs " + target.job + " follows it"));
      }
    }

    private boolean isWithinPatience() {
      return System.nanoTime() - began < target.connection.patience().toNanos();
    }

    @Override
    public void onCompleted() {}
  }
}
