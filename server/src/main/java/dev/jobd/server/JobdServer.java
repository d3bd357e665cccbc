package dev.jobd.server;

import dev.jobd.server.auth.AuthInterceptor;
import dev.jobd.server.auth.JobAccess;
import dev.jobd.server.auth.JobDirectory;
import dev.jobd.server.auth.Roles;
import dev.jobd.server.rpc.CallBudget;
import dev.jobd.server.rpc.CallThreads;
import dev.jobd.server.rpc.GuardedService;
import dev.jobd.server.rpc.JobRpc;
import dev.jobd.server.rpc.ServerRpc;
import dev.jobd.worker.Worker;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Serves a worker's jobs over gRPC and mutual TLS. */
public final class JobdServer implements AutoCloseable {
  /** For the last words to clients that read; one that does not loses the connection instead. */
  private static final Duration FAREWELL_TIME = Duration.ofMillis(250);

  private final HealthStatusManager health;
  private final Transport transport;
  private final CallBudget budget;
  private final CallThreads threads;
  private final Server server;
  private final ServerConfig config;
  private final CompletableFuture<Void> ends;

  private JobdServer(
      HealthStatusManager health,
      Transport transport,
      CallBudget budget,
      CallThreads threads,
      Server server,
      ServerConfig config,
      CompletableFuture<Void> ends) {
    this.health = health;
    this.transport = transport;
    this.budget = budget;
    this.threads = threads;
    this.server = server;
    this.config = config;
    this.ends = ends;
  }

  /**
   * Starts to serve; {@code worker} stays the caller's to close, after this.
   *
   * @throws IOException where the address cannot be listened on
   */
  public static JobdServer start(ServerConfig config, SslContext tls, Worker worker)
      throws IOException {
    CallThreads threads = CallThreads.start();
    Transport transport = new Transport(config.stateDirectory());
    CallBounds calls = config.bounds().calls();
    CallBudget budget =
        new CallBudget(
            calls.unary(),
            calls.largeRequests(),
            calls.followers(),
            calls.inputs(),
            calls.requestTime());
    HealthStatusManager health = new HealthStatusManager();
    CompletableFuture<Void> ends = new CompletableFuture<>();
    JobAccess access = new JobAccess(JobDirectory.of(worker), Roles.BUILT_IN);
    JobRpc jobs = new JobRpc(worker, access, calls.jobsWithUsage(), threads, ends);
    try {
      Server server =
          start(build(config, worker, jobs, tls, threads, transport, budget, health), config);
      return new JobdServer(health, transport, budget, threads, server, config, ends);
    } catch (IOException | RuntimeException e) {
      transport.close();
      budget.close();
      threads.close();
      throw e;
    }
  }

  private static Server build(
      ServerConfig config,
      Worker worker,
      JobRpc jobs,
      SslContext tls,
      CallThreads threads,
      Transport transport,
      CallBudget budget,
      HealthStatusManager health)
      throws IOException {
    Roles roles = Roles.BUILT_IN;
    List<BindableService> services =
        List.of(
            jobs,
            new ServerRpc(Installation.version(), worker, roles),
            health.getHealthService(),
            ProtoReflectionServiceV1.newInstance());
    NettyServerBuilder server = NettyServerBuilder.forAddress(config.listen().resolve());
    transport.configure(server, config.bounds().connections());
    bound(server, config.bounds().connections());
    bound(server, config.bounds().calls());
    return server
        .sslContext(tls)
        .executor(threads.calls())
        .callExecutor(threads)
        // The last one added runs first: the budget knows its caller.
        .intercept(budget)
        .intercept(new AuthInterceptor(roles, InstantSource.system()))
        .addServices(
            services.stream()
                .map(
                    s -> GuardedService.of(s.bindService(), config.bounds().calls().requestBytes()))
                .toList())
        .build();
  }

  private static Server start(Server server, ServerConfig config) throws IOException {
    try {
      return server.start();
    } catch (IOException e) {
      // gRPC's own message names the address twice and the cause not at all; that of netty's native
      // code begins with its call and number.
      String cause = String.valueOf((e.getCause() == null ? e : e.getCause()).getMessage());
      String reason = cause.replaceFirst("^.*failed with error\\(-?\\d+\\): ", "");
      throw new IOException(
          "cannot listen on " + config.listen() + ": " + reason + ": choose another with --listen",
          e);
    }
  }

  private static void bound(NettyServerBuilder server, ConnectionBounds bounds) {
    server
        .flowControlWindow(bounds.receiveWindowBytes())
        .handshakeTimeout(bounds.handshakeTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .keepAliveTime(bounds.keepAliveTime().toMillis(), TimeUnit.MILLISECONDS)
        .keepAliveTimeout(bounds.keepAliveTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .permitKeepAliveTime(bounds.minClientKeepAlive().toMillis(), TimeUnit.MILLISECONDS)
        .permitKeepAliveWithoutCalls(true)
        .maxConnectionIdle(bounds.maxIdle().toMillis(), TimeUnit.MILLISECONDS);
  }

  private static void bound(NettyServerBuilder server, CallBounds bounds) {
    server
        .maxConcurrentCallsPerConnection(bounds.perConnection())
        .maxInboundMessageSize(bounds.requestBytes())
        .maxInboundMetadataSize(bounds.headerBytes());
  }

  /** Where the server listens, with the port it got where 0 was asked for. */
  public ListenAddress address() {
    return new ListenAddress(config.listen().host(), server.getPort());
  }

  /**
   * Takes no new calls, ends those that follow or wait for a job, gives others under way the grace
   * of the configuration, then cuts them off.
   */
  @Override
  public void close() {
    health.enterTerminalState();
    // First: so a client that is told of the end knows already not to come back here.
    server.shutdown();
    ends.complete(null);
    if (!finishesInOrder()) {
      server.shutdownNow();
      terminatesWithin(config.bounds().shutdownGrace());
    }
    transport.close();
    budget.close();
    threads.close();
  }

  private boolean finishesInOrder() {
    try {
      return budget.awaitCalls(config.bounds().shutdownGrace()) && terminatesWithin(FAREWELL_TIME);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private boolean terminatesWithin(Duration bound) {
    try {
      return server.awaitTermination(bound.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
