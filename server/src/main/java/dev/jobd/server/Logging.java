package dev.jobd.server;

import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * One log for all: what the worker says through System.Logger and gRPC through java.util.logging
 * goes where slf4j's goes.
 */
final class Logging {
  private static final String LEVEL_PROPERTY = "jobd.log";

  private Logging() {}

  /**
   * To be called before anything logs.
   *
   * @param level {@code INFO} for a server, {@code WARN} for a command whose stderr is its user's
   */
  static void install(String level) {
    if (System.getProperty(LEVEL_PROPERTY) == null) {
      System.setProperty(LEVEL_PROPERTY, level);
    }
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }
}
