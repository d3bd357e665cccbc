package dev.jobd.bench;

import dev.jobd.api.Credentials;
import dev.jobd.api.PemException;
import dev.jobd.api.TlsContexts;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.StartJobRequest;
import dev.jobd.api.v1.StopJobRequest;
import dev.jobd.api.v1.WaitJobRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLException;

/** A server as it is shipped, in a process of its own, with state and certificates of its own. */
final class Jobd implements AutoCloseable {
  /** As jobctl has it. */
  private static final int FLOW_CONTROL_WINDOW_BYTES = 1 << 20;

  private static final String USER = "bench";

  private final Path dist;
  private final Path directory;
  private final Process process;
  private final InetSocketAddress address;
  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final SslContext tls;
  private final ManagedChannel channel;

  private Jobd(Path dist, Path directory, Process process, InetSocketAddress address)
      throws PemException, SSLException {
    this.dist = dist;
    this.directory = directory;
    this.process = process;
    this.address = address;
    this.tls = TlsContexts.client(Credentials.read(credentials()), authorities());
    this.channel = connect();
  }

  /**
   * @param dist the distribution
   * @param directory an empty one
   * @param configuration in YAML, of all but places
   */
  static Jobd start(Path dist, Path directory, String configuration) throws Exception {
    String jobd = dist.resolve("bin/jobd").toString();
    String pki = directory.resolve("pki").toString();
    run(List.of(jobd, "pki", "init", pki));
    run(List.of(jobd, "pki", "issue", pki, "--server", "127.0.0.1"));
    run(List.of(jobd, "pki", "issue", pki, "--user", USER, "--role", "user"));
    Path file = Files.writeString(directory.resolve("jobd.yaml"), configuration);
    List<String> serve = new ArrayList<>(List.of(jobd, "serve", "--listen", "127.0.0.1:0"));
    serve.addAll(List.of("--pki", pki, "--state-dir", directory.resolve("state").toString()));
    serve.addAll(List.of("--config", file.toString()));
    Process process =
        new ProcessBuilder(serve).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try {
      BufferedReader out = process.inputReader(StandardCharsets.US_ASCII);
      String ready = Objects.requireNonNull(out.readLine(), "jobd serve did not become ready");
      int port = Integer.parseInt(ready.substring(ready.lastIndexOf(':') + 1));
      return new Jobd(
          dist,
          directory,
          process,
          new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
    } catch (IOException | RuntimeException e) {
      process.destroy();
      throw e;
    }
  }

  private static void run(List<String> command) throws Exception {
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    if (process.waitFor() != 0) {
      throw new CommandFailedException(String.join(" ", command));
    }
  }

  Path dist() {
    return dist;
  }

  long pid() {
    return process.pid();
  }

  /** Of the processor, that it has used so far. */
  Duration cpu() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  InetSocketAddress address() {
    return address;
  }

  Path pki() {
    return directory.resolve("pki");
  }

  /** The user's certificate and key. */
  Path credentials() {
    return pki().resolve(USER + ".pem");
  }

  private List<X509Certificate> authorities() throws PemException {
    return Credentials.readAuthorities(pki().resolve("ca.crt"));
  }

  /** For connections of the user's. */
  SslContext tls() {
    return tls;
  }

  /** Where a job's files are. */
  Path directory(String job) {
    return directory.resolve("state/jobs").resolve(job);
  }

  /** Another connection of the user's, as jobctl makes it. */
  ManagedChannel connect() {
    return NettyChannelBuilder.forAddress(address)
        .sslContext(tls)
        .eventLoopGroup(loop)
        .channelType(NioSocketChannel.class)
        .directExecutor()
        .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
        .build();
  }

  private JobServiceGrpc.JobServiceBlockingStub jobs() {
    return JobServiceGrpc.newBlockingStub(channel);
  }

  /** Starts a job; answers its id. */
  String startJob(String... argv) {
    JobSpec spec = JobSpec.newBuilder().addAllArgv(List.of(argv)).build();
    return jobs().startJob(StartJobRequest.newBuilder().setSpec(spec).build()).getJob().getId();
  }

  Job await(String job) {
    return jobs().waitJob(WaitJobRequest.newBuilder().setJob(job).build()).getJob();
  }

  void stop(String job) {
    Job _ = jobs().stopJob(StopJobRequest.newBuilder().setJob(job).build()).getJob();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    process.destroy();
    process.onExit().join();
    loop.shutdownGracefully().syncUninterruptibly();
  }
}
