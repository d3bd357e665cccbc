package dev.jobd.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** An installation of jobd that is the shim alone, while the tests of a class run. */
final class ShimInstallation implements BeforeAllCallback, AfterAllCallback {
  private static final String HOME = "jobd.home";

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    Path home = Files.createTempDirectory("jobd-home");
    Path programs = Files.createDirectory(home.resolve("libexec"));
    Files.createSymbolicLink(programs.resolve("jobd-shim"), TestServer.SHIM);
    System.setProperty(HOME, home.toString());
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    Path home = Path.of(System.clearProperty(HOME));
    Files.delete(home.resolve("libexec/jobd-shim"));
    Files.delete(home.resolve("libexec"));
    Files.delete(home);
  }
}
