package dev.jobd.server;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * SIGTERM, SIGINT and SIGHUP as an event. The JVM's own way with them is to exit with 128 + n under
 * the feet of every thread; this lets the program end in its own order and with its own exit code.
 *
 * <p>The JVM tells of a signal only by running its shutdown hooks, and stops when they are done. So
 * this hook tells the program, waits for its exit code and halts the JVM with it.
 */
final class Termination {
  /**
   * Longer than every orderly end takes; past it something hangs, and the service manager would
   * kill.
   */
  private static final long MAX_END_SECONDS = 30;

  private static final int HUNG = 1;

  private final CompletableFuture<Void> asked = new CompletableFuture<>();
  private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();

  private Termination() {}

  /** To be called once, before there is anything to end. */
  static Termination install() {
    Termination termination = new Termination();
    Runtime.getRuntime().addShutdownHook(new Thread(termination::end, "jobd-termination"));
    return termination;
  }

  /** Completes when a signal asks for the end. */
  CompletableFuture<Void> asked() {
    return asked;
  }

  /** Ends the process, after a signal or without one; does not return. */
  void exit(int code) {
    exitCode.complete(code);
    System.exit(code);
  }

  private void end() {
    asked.complete(null);
    int code = codeWithinBound();
    System.out.flush();
    System.err.flush();
    Runtime.getRuntime().halt(code);
  }

  private int codeWithinBound() {
    try {
      return exitCode.get(MAX_END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      return HUNG;
    }
  }
}
