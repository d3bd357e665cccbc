package dev.jobd.cli;

import dev.jobd.cli.render.ByteSink;
import dev.jobd.cli.render.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;

/** {@code jobctl}. */
public final class Main {
  private Main() {}

  /** Runs the command and leaves with its exit code. */
  @SuppressWarnings("SystemExitOutsideMain")
  public static void main(String[] arguments) throws InterruptedException {
    Console console = new Console(sink(FileDescriptor.out), sink(FileDescriptor.err));
    int code = new Jobctl(Environment.ofProcess(), console, new TlsConnector()).run(arguments);
    Runtime.getRuntime().halt(code);
  }

  private static ByteSink sink(FileDescriptor descriptor) {
    return new ByteSink(new FileOutputStream(descriptor).getChannel());
  }
}
