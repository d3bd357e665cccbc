package dev.jobd.server;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where this program's other parts lie.
 *
 * @param home the distribution's directory
 */
record Installation(Path home) {
  private static final String HOME_PROPERTY = "jobd.home";

  /**
   * The installation that the launcher named.
   *
   * @throws ConfigException where jobd was not started through its launcher
   */
  static Installation current() throws ConfigException {
    @Nullable String home = System.getProperty(HOME_PROPERTY);
    if (home == null) {
      throw new ConfigException(
          "the system property " + HOME_PROPERTY + " is not set: start jobd through bin/jobd");
    }
    return new Installation(Path.of(home));
  }

  Path shim() {
    return home.resolve("libexec").resolve("jobd-shim");
  }

  /** The version of this program; {@code development} where it does not run from its jar. */
  static String version() {
    @Nullable String version = Installation.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
