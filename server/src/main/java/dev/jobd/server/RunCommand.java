package dev.jobd.server;

import dev.jobd.api.JobExitCode;
import dev.jobd.api.Reasons;
import dev.jobd.worker.LaunchException;
import dev.jobd.worker.Worker;
import dev.jobd.worker.WorkerConfig;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.Owner;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code jobd run}: one job on this host, without a server; exits with its code. */
@Command(
    name = "run",
    description = "Runs one job on this host: same isolation, same limits, no server. Root only.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  private static final Owner OWNER = new Owner("root");

  private final CompletionStage<Void> stopAsked;
  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;

  @Mixin private final JobOptions options = new JobOptions();

  /**
   * @param stopAsked completes when the job is to be stopped
   */
  RunCommand(CompletionStage<Void> stopAsked, InputStream in, PrintStream out, PrintStream err) {
    this.stopAsked = stopAsked;
    this.in = in;
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() throws UsageException, InterruptedException {
    Logging.install("WARN");
    JobSpec spec = options.spec();
    try {
      Host.requireRoot();
      try (TemporaryState state = TemporaryState.make();
          Worker worker =
              Worker.open(WorkerConfig.of(state.directory(), Installation.current().shim()))) {
        LocalRun run = new LocalRun(worker.start(OWNER, spec), out, err);
        CompletionStage<Void> _ = stopAsked.thenRun(run::stop);
        if (spec.openStdin()) {
          run.feed(in);
        }
        return run.follow();
      }
    } catch (LaunchException e) {
      err.println("jobd run: " + e.words());
      return JobExitCode.ofFailure(e.failure().step(), e.failure().errno());
    } catch (InvalidSpecException e) {
      throw JobOptions.wrong(e);
    } catch (ConfigException | IOException e) {
      err.println("jobd run: cannot run the job: " + Reasons.of(e));
      return JobExitCode.CANNOT_START;
    }
  }
}
