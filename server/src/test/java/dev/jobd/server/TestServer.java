package dev.jobd.server;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jobd.api.Credentials;
import dev.jobd.api.TlsContexts;
import dev.jobd.api.v1.Job;
import dev.jobd.server.pki.HostName;
import dev.jobd.server.pki.Name;
import dev.jobd.server.pki.Pki;
import dev.jobd.server.rpc.JobLog;
import dev.jobd.worker.LimitPolicy;
import dev.jobd.worker.Retention;
import dev.jobd.worker.StopRequest;
import dev.jobd.worker.Worker;
import dev.jobd.worker.WorkerConfig;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobQuery.Phase;
import dev.jobd.worker.model.JobRecord;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The real server on a loopback port with certificates of its own, the real worker, shim and
 * kernel; stops what still runs and removes everything at its end.
 */
final class TestServer implements AutoCloseable {
  static final int BOUND_SECONDS = 60;

  static final Path SHIM = Path.of("../shim/build/jobd-shim").toAbsolutePath().normalize();
  private static final JobQuery LIVE =
      new JobQuery(
          null,
          null,
          null,
          EnumSet.of(Phase.STARTING, Phase.RUNNING, Phase.STOPPING),
          Map.of(),
          JobQuery.MAX_PAGE_SIZE,
          null);

  private final Path directory;
  private final Pki pki;
  private final ServerConfig config;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private Worker worker;
  private JobdServer server;

  private TestServer(
      Path directory, LimitPolicy limits, Retention retention, ServerConfig.Bounds bounds)
      throws Exception {
    this.directory = directory;
    Path pkiDirectory = directory.resolve("pki");
    Pki.init(pkiDirectory, InstantSource.system());
    pki = Pki.open(pkiDirectory, InstantSource.system());
    pki.issueServer(List.of(new HostName("127.0.0.1")), Pki.SERVER_LIFE);
    config =
        new ServerConfig(
            new ListenAddress("127.0.0.1", 0),
            directory.resolve("state"),
            pkiDirectory,
            limits,
            retention,
            bounds,
            ConfigPlaces.NONE);
    worker = openWorker();
    server = serve();
  }

  static TestServer start() throws Exception {
    return start(ServerConfig.Bounds.DEFAULT);
  }

  static TestServer start(ServerConfig.Bounds bounds) throws Exception {
    return start(LimitPolicy.DEFAULT, Retention.DEFAULT, bounds);
  }

  static TestServer start(Retention retention) throws Exception {
    return start(LimitPolicy.DEFAULT, retention, ServerConfig.Bounds.DEFAULT);
  }

  static TestServer start(LimitPolicy limits) throws Exception {
    return start(limits, Retention.DEFAULT, ServerConfig.Bounds.DEFAULT);
  }

  private static TestServer start(
      LimitPolicy limits, Retention retention, ServerConfig.Bounds bounds) throws Exception {
    assumeTrue(Host.isRoot(), "needs root: real jobs have cgroups and namespaces");
    return new TestServer(Files.createTempDirectory("jobd-server-test"), limits, retention, bounds);
  }

  private Worker openWorker() throws IOException {
    return Worker.open(
        WorkerConfig.of(config.stateDirectory(), SHIM)
            .withLimits(config.limits())
            .withRetention(config.retention())
            .withObserver(new JobLog()));
  }

  private JobdServer serve() throws Exception {
    return JobdServer.start(config, new ServerPki(config.pkiDirectory()).tls(), worker);
  }

  /** One more on the same address, which is refused. */
  void startSecond() throws Exception {
    ServerConfig taken =
        new ServerConfig(
            server.address(),
            config.stateDirectory(),
            config.pkiDirectory(),
            config.limits(),
            config.retention(),
            config.bounds(),
            ConfigPlaces.NONE);
    JobdServer.start(taken, new ServerPki(config.pkiDirectory()).tls(), worker).close();
  }

  /** As by SIGTERM and a new start. Channels of before are closed. */
  void restart() throws Exception {
    closeChannels();
    server.close();
    worker.close();
    worker = openWorker();
    server = serve();
  }

  Worker worker() {
    return worker;
  }

  JobdServer server() {
    return server;
  }

  /** Where a job's files are. */
  Path directory(Job job) {
    return config.stateDirectory().resolve("jobs").resolve(job.getId());
  }

  /** A connection of its own for a user with a new certificate. */
  ManagedChannel connect(String user, String role) throws Exception {
    return connect(user, role, NettyChannelBuilder.DEFAULT_FLOW_CONTROL_WINDOW);
  }

  /** The same for a client that takes {@code window} bytes of an answer that it does not read. */
  ManagedChannel connect(String user, String role, int window) throws Exception {
    return connect(server.address().port(), user, role, window);
  }

  /** The same through another port, which leads here. */
  ManagedChannel connectThrough(int port, String user) throws Exception {
    return connect(port, user, "user", NettyChannelBuilder.DEFAULT_FLOW_CONTROL_WINDOW);
  }

  private ManagedChannel connect(int port, String user, String role, int window) throws Exception {
    pki.issueUser(new Name(user), new Name(role), Pki.USER_LIFE);
    Path directoryOfPki = config.pkiDirectory();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .sslContext(
                TlsContexts.client(
                    Credentials.read(directoryOfPki.resolve(user + ".pem")),
                    Credentials.readAuthorities(directoryOfPki.resolve("ca.crt"))))
            .flowControlWindow(window)
            .build();
    channels.add(channel);
    return channel;
  }

  /** What a job that was refused must not have left: records, directories, groups. */
  Traces traces() throws IOException {
    return new Traces(
        worker.list(JobQuery.ALL).items().size(),
        names(config.stateDirectory().resolve("jobs")),
        jobGroups());
  }

  record Traces(int records, List<String> directories, List<String> groups) {}

  /** Below where this server makes them alone: other tests' come and go meanwhile. */
  private List<String> jobGroups() throws IOException {
    List<String> groups = new ArrayList<>();
    for (Path place : groupPlaces()) {
      try (Stream<Path> entries = Files.list(place)) {
        entries.filter(Files::isDirectory).map(Path::toString).sorted().forEach(groups::add);
      }
    }
    return groups;
  }

  private List<Path> groupPlaces() throws IOException {
    return Files.readAllLines(config.stateDirectory().resolve("cgroups")).stream()
        .map(Path::of)
        .toList();
  }

  /** The first of this name in a job's groups. */
  Path controlFile(Job job, String name) throws IOException {
    return groupPlaces().stream()
        .map(place -> place.resolve(job.getId()).resolve(name))
        .filter(Files::exists)
        .findFirst()
        .orElseThrow();
  }

  private static List<String> names(Path parent) throws IOException {
    try (Stream<Path> entries = Files.list(parent)) {
      return entries.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  private void closeChannels() {
    channels.forEach(ManagedChannel::shutdownNow);
    channels.clear();
  }

  @Override
  public void close() throws IOException {
    try {
      closeChannels();
      server.close();
      for (JobRecord record : worker.list(LIVE).items()) {
        var job = worker.find(record.id());
        if (job.isPresent()) {
          job.get().stop(StopRequest.kill("test"));
          job.get().ended().toCompletableFuture().join();
        }
      }
      worker.close();
    } finally {
      removeTree(directory);
    }
  }

  private static void removeTree(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
