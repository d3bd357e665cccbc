package dev.jobd.cli;

import dev.jobd.cli.render.ByteSink;
import dev.jobd.cli.render.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;

/** {@code jobctl}. */
public final class Main {
  /** Set by the launcher, whose shell can tell at no cost. */
  private static final String TERMINAL = "jobd.terminal";

  private Main() {}

  /** Runs the command and leaves with its exit code. */
  public static void main(String[] arguments) {
    leaveOut();
    Console console =
        new Console(
            sink(FileDescriptor.out), sink(FileDescriptor.err), Boolean.getBoolean(TERMINAL));
    // Not exit: the network's threads have nothing to finish, and waiting for them costs time.
    Runtime.getRuntime().halt(run(console, arguments));
  }

  /** Before the libraries load: what they would do and a client of one server does not need. */
  private static void leaveOut() {
    // Libraries have nothing to say to people; what matters comes as an exception.
    System.setProperty("java.util.logging.config.file", "/dev/null");
    // The world's authorities, which netty has the JDK load only to throw them away.
    System.setProperty("javax.net.ssl.trustStore", "NONE");
    System.setProperty("io.netty.jfr.enabled", "false");
    System.setProperty("io.grpc.internal.DnsNameResolverProvider.enable_jndi", "false");
  }

  private static int run(Console console, String... arguments) {
    try {
      return new Jobctl(Environment.ofProcess(), console, new TlsConnector()).run(arguments);
    } catch (InterruptedException | RuntimeException | Error e) {
      // A fault of jobctl's own: whoever mends it needs all there is.
      e.printStackTrace();
      return ExitCode.FAILED;
    }
  }

  private static ByteSink sink(FileDescriptor descriptor) {
    return new ByteSink(new FileOutputStream(descriptor).getChannel());
  }
}
