package dev.jobd.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What surrounds the process.
 *
 * @param variables the environment variables
 * @param home the user's home directory
 * @param stdin nobody's but the command's that asks for it
 */
record Environment(Map<String, String> variables, Path home, InputStream stdin) {

  static Environment ofProcess() {
    String home = System.getenv("HOME");
    // What the JDK calls home is what passwd says, whatever the environment has.
    String otherwise = System.getProperty("user.home", "/");
    return new Environment(
        System.getenv(),
        Path.of(home == null || home.isEmpty() ? otherwise : home),
        new FileInputStream(FileDescriptor.in));
  }

  /** The variable's value; one that is set to nothing counts as not set. */
  Optional<String> get(String variable) {
    return Optional.ofNullable(variables.get(variable)).filter(value -> !value.isEmpty());
  }
}
