package dev.jobd.server;

import dev.jobd.api.JobExitCode;
import dev.jobd.api.Reasons;
import dev.jobd.worker.Job;
import dev.jobd.worker.StopRequest;
import dev.jobd.worker.model.OutputStreamKind;
import dev.jobd.worker.model.ReadRequest;
import dev.jobd.worker.model.Verdict;
import dev.jobd.worker.output.Follower;
import dev.jobd.worker.output.OutputEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Duration;

/** One started job as if it were this process: its output, its end, its exit code. */
final class LocalRun {
  private static final String BY = "jobd run";
  private static final int SIGPIPE = 13;

  /** For a job that is to end, before it is killed; well within what {@link Termination} allows. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final Job job;
  private final PrintStream out;
  private final PrintStream err;

  /** Whether the job's last byte there was no newline; also read by the thread that feeds it. */
  private volatile boolean errMidLine;

  LocalRun(Job job, PrintStream out, PrintStream err) {
    this.job = job;
    this.out = out;
    this.err = err;
  }

  /**
   * Writes the job's output as it comes and returns the exit code when the job has ended. The job
   * has ended when this returns or throws.
   */
  int follow() throws IOException, InterruptedException {
    boolean written;
    try {
      written = copyOutput();
    } catch (Throwable e) {
      stopBy(StopRequest.kill(BY));
      job.await();
      throw e;
    }
    if (!written) {
      stop();
    }
    int code = exitCode(job.await().verdict());
    return written ? code : JobExitCode.ofSignal(SIGPIPE);
  }

  /**
   * Sends {@code stdin} to the job, beside its output. Where it cannot be read or sent, the job is
   * killed: with time to clean up, it might take what came for all.
   */
  void feed(InputStream stdin) throws IOException {
    LocalInput input = new LocalInput(job, stdin);
    Thread.ofPlatform()
        .daemon()
        .name("stdin")
        .start(
            () -> {
              try {
                input.send();
              } catch (IOException e) {
                say("cannot send the job's input: " + Reasons.of(e));
                stopBy(StopRequest.kill(BY));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  /**
   * Has the job end by SIGTERM, and kills what is left of its tree after {@link #GRACE}; nothing if
   * it has ended.
   */
  void stop() {
    stopBy(new StopRequest(BY, StopRequest.SIGTERM, GRACE));
  }

  private void stopBy(StopRequest request) {
    try {
      job.stop(request);
    } catch (IOException e) {
      throw new UncheckedIOException("stop job " + job.id() + ": " + e.getMessage(), e);
    }
  }

  /** Returns whether all was written; not where nobody reads any more. */
  private boolean copyOutput() throws IOException, InterruptedException {
    try (Follower follower = job.follow(ReadRequest.ALL)) {
      while (true) {
        switch (follower.take()) {
          case OutputEvent.Chunk chunk -> {
            PrintStream target = chunk.stream() == OutputStreamKind.STDOUT ? out : err;
            target.write(chunk.bytes(), 0, chunk.bytes().length);
            if (chunk.stream() == OutputStreamKind.STDERR) {
              errMidLine = chunk.bytes()[chunk.bytes().length - 1] != '\n';
            }
            if (target.checkError()) {
              return false;
            }
          }
          case OutputEvent.Gap gap -> say(gap.droppedBytes() + " bytes of output were dropped");
          case OutputEvent.Start _ -> throw new AssertionError("no last lines were asked for");
          case OutputEvent.Pending _ -> throw new AssertionError("take() waits");
          case OutputEvent.End _ -> {
            return true;
          }
        }
      }
    }
  }

  /** Says, in the words of {@code jobctl status}, what the code alone does not tell. */
  private int exitCode(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Exited(int code) -> code;
      case Verdict.Killed killed -> {
        String signal = " (signal: " + killed.signal() + ")";
        switch (killed.cause()) {
          case OUT_OF_MEMORY -> say("out of memory" + signal);
          case TIMEOUT -> say("timed out" + signal);
          case OTHER -> say("killed" + signal);
          case STOP_REQUEST -> {
            // Who asked for the stop knows of it, but not that it took more than SIGTERM.
            if (killed.signal() == StopRequest.SIGKILL) {
              say("stopped" + signal);
            }
          }
        }
        yield JobExitCode.ofSignal(killed.signal());
      }
      case Verdict.Failed failed -> {
        say(failed.inWords(job.spec()));
        yield JobExitCode.ofFailure(failed.step(), failed.errno());
      }
      case Verdict.Lost(String reason) -> {
        say("lost (" + reason + ")");
        yield JobExitCode.LOST;
      }
    };
  }

  private void say(String words) {
    err.println((errMidLine ? "\n" : "") + "jobd run: " + words);
    errMidLine = false;
  }
}
