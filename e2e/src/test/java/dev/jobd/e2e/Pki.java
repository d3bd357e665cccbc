package dev.jobd.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Throw-away certificates, issued by the distribution. */
record Pki(Path directory) {

  /** A new authority, and a server certificate for the loopback address. */
  static Pki create(Path directory) throws IOException, InterruptedException {
    jobd("pki", "init", directory.toString());
    jobd("pki", "issue", directory.toString(), "--server", "localhost", "--server", "127.0.0.1");
    return new Pki(directory);
  }

  Path authority() {
    return directory.resolve("ca.crt");
  }

  Path authorityKey() {
    return directory.resolve("ca.key");
  }

  /** The credentials of a user, issued when first asked for. */
  Path user(String name, String role) throws IOException, InterruptedException {
    Path pem = directory.resolve(name + ".pem");
    if (!Files.exists(pem)) {
      jobd("pki", "issue", directory.toString(), "--user", name, "--role", role);
    }
    return pem;
  }

  private static void jobd(String... arguments) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(Dist.JOBD);
    builder.command().addAll(List.of(arguments));
    try (Running jobd = Running.start(builder)) {
      jobd.await().succeeded();
    }
  }
}
