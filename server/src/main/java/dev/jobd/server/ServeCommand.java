package dev.jobd.server;

import dev.jobd.server.rpc.JobLog;
import dev.jobd.worker.Worker;
import dev.jobd.worker.WorkerConfig;
import dev.jobd.worker.model.InvalidSpecException;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code jobd serve}: serves until a signal ends it; the jobs run on. */
@Command(
    name = "serve",
    description = {
      "Runs the server until SIGTERM; its jobs run on. Needs root.",
      "When it is ready, it prints one line on stdout; its log goes to stderr.",
    },
    footer = {
      "",
      "A configuration file may hold, for example:",
      "  listen: 127.0.0.1:24482",
      "  state_dir: /var/lib/jobd",
      "  pki_dir: /etc/jobd/pki",
      "  default_limits: {cpus: 2, memory: 2G, pids: 1024, timeout: 1d,",
      "                   max_output: 10G}",
      "  max_limits: {memory: 16G, timeout: 30d}",
      "  quotas: {running_jobs: 100, starts_per_second: 10, start_burst: 100,",
      "           cpus: 8, memory: 32G, output: 100G, total_output: 500G}",
      "  retention: {output_age: 14d, record_age: 365d, max_jobs: 1000000,",
      "              max_output: 100G, compress_after: 10m}",
      "  capacity: {connections: 4096, output_streams: 2048,",
      "             output_streams_per_user: 512}",
      "An option is stronger than the file.",
    },
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
  private final CompletableFuture<Void> stopAsked;
  private final PrintStream out;

  @Mixin private final ConfigOptions options = new ConfigOptions();

  /**
   * @param stopAsked completes when the server is to end
   */
  ServeCommand(CompletableFuture<Void> stopAsked, PrintStream out) {
    this.stopAsked = stopAsked;
    this.out = out;
  }

  @Override
  public Integer call() throws ConfigException, IOException {
    Logging.install("INFO");
    ServerConfig config = options.config();
    // First what may be wrong in the configuration; then what changes the host.
    SslContext tls = new ServerPki(config.pkiDirectory()).tls();
    Path shim = Installation.current().shim();
    var _ = config.listen().resolve();
    Host.requireRoot();
    WorkerConfig workerConfig =
        WorkerConfig.of(config.stateDirectory(), shim)
            .withLimits(config.limits())
            .withRetention(config.retention())
            .withObserver(new JobLog());
    try (Worker worker = open(config, workerConfig);
        JobdServer server = JobdServer.start(config, tls, worker)) {
      out.println("jobd ready on " + server.address());
      out.flush();
      stopAsked.join();
      // Not a constant: whichever logger is made before Logging.install decides the level of all.
      LoggerFactory.getLogger(ServeCommand.class).info("jobd is ending; jobs run on");
    }
    return 0;
  }

  private static Worker open(ServerConfig config, WorkerConfig workerConfig)
      throws ConfigException, IOException {
    try {
      return Worker.open(workerConfig);
    } catch (InvalidSpecException e) {
      throw config.places().wrong(e);
    } catch (FileAlreadyExistsException e) {
      throw new ConfigException(
          "cannot use the state directory: " + e.getFile() + " is not a directory");
    }
  }
}
