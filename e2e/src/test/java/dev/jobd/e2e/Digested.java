package dev.jobd.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A program's standard output, of which there may be more than fits into memory. */
record Digested(int exitCode, long bytes, String sha256) {

  /** Runs a program to its end; what it writes to stderr is shown. */
  static Digested of(ProcessBuilder program)
      throws IOException, InterruptedException, NoSuchAlgorithmException {
    Process process = program.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    process.getOutputStream().close();
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    long bytes;
    try (InputStream out = new DigestInputStream(process.getInputStream(), digest)) {
      bytes = out.transferTo(OutputStream.nullOutputStream());
    } finally {
      process.destroy();
    }
    return new Digested(process.waitFor(), bytes, HexFormat.of().formatHex(digest.digest()));
  }

  /** What a shell makes of a script, without jobd. */
  static Digested ofShell(String script)
      throws IOException, InterruptedException, NoSuchAlgorithmException {
    return of(new ProcessBuilder("sh", "-c", script));
  }
}
