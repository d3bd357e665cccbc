package dev.jobd.cli;

import dev.jobd.cli.render.ByteSink;
import dev.jobd.cli.render.Console;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Runs jobctl's command lines in this process, with an environment and a home of their own. */
final class Shell {
  private static final Pattern WAITING = Pattern.compile("jobctl: waiting for \\S+ \\.\\.\\.\n");

  final Map<String, String> variables = new LinkedHashMap<>();
  final Path home;

  InputStream stdin = InputStream.nullInputStream();

  /** Whether standard output is one. */
  boolean terminal;

  /** What a command line left behind. */
  record Result(int exitCode, String out, String err) {}

  private Shell(Path home) {
    this.home = home;
  }

  /** With credentials for anything, and {@code server} as the default. */
  static Shell at(Path home, int port) throws IOException {
    Shell shell = new Shell(home);
    Path directory = Files.createDirectories(home.resolve(".config/jobctl"));
    for (String file : new String[] {"ca.crt", "client.pem", "administrator.pem"}) {
      Files.createFile(directory.resolve(file), ownerOnly());
    }
    shell.variables.put("JOBCTL_SERVER", "localhost:" + port);
    return shell;
  }

  private static FileAttribute<Set<PosixFilePermission>> ownerOnly() {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  }

  Result run(String... arguments) throws InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    return run(out, Channels.newChannel(out), arguments);
  }

  /** With a standard output of its own. */
  Result run(ByteArrayOutputStream out, WritableByteChannel stdout, String... arguments)
      throws InterruptedException {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = run(stdout, Channels.newChannel(err), arguments);
    return new Result(
        code,
        out.toString(StandardCharsets.UTF_8),
        withoutWaiting(err.toString(StandardCharsets.UTF_8)));
  }

  /** Without what is said where the first connection takes two seconds, as on a busy machine. */
  static String withoutWaiting(String words) {
    return WAITING.matcher(words).replaceAll("");
  }

  /** The exit code alone. */
  int run(WritableByteChannel stdout, WritableByteChannel stderr, String... arguments)
      throws InterruptedException {
    Console console = new Console(new ByteSink(stdout), new ByteSink(stderr), terminal);
    return new Jobctl(new Environment(variables, home, stdin), console, Shell::connect)
        .run(arguments);
  }

  private static ManagedChannel connect(ServerAddress server, CredentialFiles files) {
    return NettyChannelBuilder.forAddress(server.host(), server.port())
        .usePlaintext()
        .directExecutor()
        .disableRetry()
        .build();
  }
}
