package dev.jobd.e2e;

import java.nio.file.Path;

/** Where the distribution under test is. */
final class Dist {
  static final Path HOME = Path.of(System.getProperty("jobd.dist")).toAbsolutePath().normalize();
  static final String JOBD = HOME.resolve("bin/jobd").toString();
  static final String JOBCTL = HOME.resolve("bin/jobctl").toString();

  private Dist() {}
}
