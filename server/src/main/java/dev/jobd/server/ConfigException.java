package dev.jobd.server;

/**
 * A configuration that cannot be served with; the message names the place, what is wrong and what
 * would be right.
 */
final class ConfigException extends Exception {
  ConfigException(String message) {
    super(message);
  }
}
