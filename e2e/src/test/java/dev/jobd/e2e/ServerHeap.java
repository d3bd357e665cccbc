package dev.jobd.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server's heap, as its JVM tells it. */
final class ServerHeap {
  private static final Pattern USED_KIB = Pattern.compile("heap.*used (\\d+)K");

  private ServerHeap() {}

  /** Of what is in use, after a collection. */
  static long usedBytes(ProcessHandle server) throws Exception {
    String _ = jcmd(server, "GC.run");
    Matcher used = USED_KIB.matcher(jcmd(server, "GC.heap_info"));
    if (!used.find()) {
      throw new AssertionError("the JVM does not tell its heap");
    }
    return Long.parseLong(used.group(1)) << 10;
  }

  private static String jcmd(ProcessHandle server, String command) throws Exception {
    String program = Path.of(System.getProperty("java.home"), "bin/jcmd").toString();
    ProcessBuilder builder = new ProcessBuilder(program, Long.toString(server.pid()), command);
    try (Running running = Running.start(builder)) {
      return new String(running.await().succeeded().stdout(), US_ASCII);
    }
  }
}
