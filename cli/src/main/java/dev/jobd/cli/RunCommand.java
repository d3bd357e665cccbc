package dev.jobd.cli;

import dev.jobd.api.ErrorDetails;
import dev.jobd.api.JobExitCode;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.KillCause;
import dev.jobd.api.v1.StopJobRequest;
import dev.jobd.api.v1.StreamOutputRequest;
import dev.jobd.api.v1.Verdict;
import dev.jobd.cli.render.ByteSink;
import dev.jobd.cli.render.Console;
import dev.jobd.cli.render.RawPrinter;
import dev.jobd.cli.render.StatusWords;
import dev.jobd.cli.render.StreamTargets;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;

/** Runs a job as if it were a local command: its output, its exit code, its end with Ctrl-C. */
final class RunCommand implements Command {

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Options.command(
            this,
            "Starts a job, prints its output and exits with its code."
                + " Ctrl-C stops the job (where your role may stop), a second one kills it",
            "run");
    JobSpecOptions.addTo(spec);
    ExitCode.addJobsOwnTo(spec);
    return spec;
  }

  @Override
  public int run(Invocation invocation) throws CommandFailure, IOException, InterruptedException {
    if (invocation.format() != null) {
      throw CommandFailure.usage("run prints the job's own output: --output does not go with it");
    }
    try (StopOnSignal signals = StopOnSignal.install(invocation.console())) {
      String job = start(invocation).getId();
      try {
        Job ended = follow(job, signals, invocation);
        sayUnlessPlain(ended, signals, invocation.console());
        return ExitCode.of(ended.getVerdict());
      } catch (IOException e) {
        return codeOfStopped(job, e, signals, invocation);
      }
    }
  }

  private static void sayUnlessPlain(Job ended, StopOnSignal signals, Console console)
      throws IOException {
    if (!tellsByItsCode(ended.getVerdict(), signals)) {
      console.say(StatusWords.of(ended));
    }
  }

  /** Whether nobody wonders at the exit code: the job's own, or that of the signal sent to it. */
  private static boolean tellsByItsCode(Verdict verdict, StopOnSignal signals) {
    Verdict.Killed killed = verdict.getKilled();
    boolean stopped = killed.getCause() == KillCause.KILL_CAUSE_STOP_REQUEST;
    return verdict.hasExited() || (stopped && signals.passedOn(killed.getSignal()));
  }

  private static Job follow(String job, StopOnSignal signals, Invocation invocation)
      throws CommandFailure, IOException, InterruptedException {
    Connection connection = invocation.connection();
    Console console = invocation.console();
    StreamOutputRequest request =
        StreamOutputRequest.newBuilder().setJob(job).setFollow(true).build();
    try (OutputFrames frames = connection.output(request, job)) {
      signals.stops(job, connection, frames);
      if (invocation.arguments().has(JobSpecOptions.INTERACTIVE)) {
        feed(job, frames, connection, invocation.stdin());
      }
      return frames.printTo(new RawPrinter(console, StreamTargets.split(console)));
    } catch (CallFailure e) {
      throw signals.anyReceived()
          ? e.whereUnreachable("the job may run on: jobctl stop " + job + " stops it")
          : e;
    }
  }

  /**
   * Stops a job whose output cannot be written. Where nobody reads any more, a local command would
   * end by SIGPIPE without a word: so people are told only where the job took no notice.
   *
   * @throws CommandFailure where the job runs on, or was stopped for another reason
   */
  private static int codeOfStopped(
      String job, IOException unwritten, StopOnSignal signals, Invocation invocation)
      throws CommandFailure, IOException {
    String problem = "cannot write the output: " + unwritten.getMessage() + "; ";
    Job ended;
    try {
      ended = stop(job, signals, invocation.connection());
    } catch (CallFailure e) {
      throw new CommandFailure(e.exitCode(), problem + e.words());
    }
    if (ByteSink.lostItsReader(unwritten)) {
      sayUnlessPlain(ended, signals, invocation.console());
      return JobExitCode.ofSignal(Signals.PIPE);
    }
    throw new CommandFailure(
        ExitCode.FAILED,
        problem + "job " + StatusWords.of(ended) + "; jobctl logs " + job + " prints all of it");
  }

  private static Job stop(String job, StopOnSignal signals, Connection connection)
      throws CallFailure, IOException {
    signals.stopsOtherwise(Signals.TERM);
    StopJobRequest.Builder request =
        StopJobRequest.newBuilder().setJob(job).setSignal(Signals.TERM);
    request.getGraceBuilder().setSeconds(StopOnSignal.GRACE_SECONDS);
    try {
      return connection
          .call(
              "stop " + job,
              JobServiceGrpc.getStopJobMethod(),
              request.build(),
              Duration.ofSeconds(StopOnSignal.GRACE_SECONDS))
          .getJob();
    } catch (CallFailure e) {
      throw e.whereNotAllowed("it runs on: jobctl logs " + job + " follows it")
          .whereUnreachable("the job may run on: jobctl stop " + job + " stops it");
    }
  }

  /**
   * Sends this process's stdin, beside the job's output. That ends with the job, whatever is left
   * to send; and too where the input cannot be sent.
   */
  private static void feed(
      String job, OutputFrames frames, Connection connection, InputStream stdin) {
    InputFeed feed = new InputFeed(job, stdin, connection, InputLine.beside(connection));
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                feed.send();
              } catch (CommandFailure e) {
                frames.abort(e);
              } catch (IOException | InterruptedException e) {
                throw new AssertionError("only its failures and the end of this process end it", e);
              }
            });
  }

  private static Job start(Invocation invocation) throws CommandFailure, IOException {
    try {
      return StartCommand.start(invocation);
    } catch (CallFailure e) {
      throw e.exitCode() == ExitCode.FAILED
          ? new CommandFailure(exitCode(e.details()), e.words())
          : e;
    }
  }

  private static int exitCode(ErrorDetails details) {
    return details.failedJob().isPresent()
        ? JobExitCode.ofFailure(details.metadata().getOrDefault("step", ""), errno(details))
        : JobExitCode.CANNOT_START;
  }

  private static int errno(ErrorDetails details) {
    try {
      return Integer.parseInt(details.metadata().getOrDefault("errno", ""));
    } catch (NumberFormatException e) {
      return 0; // it is the server's word, and no jobd leaves it out
    }
  }
}
