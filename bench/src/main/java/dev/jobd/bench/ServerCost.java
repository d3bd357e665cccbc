package dev.jobd.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a server holds when no garbage is left.
 *
 * @param processBytes its proportional set size, of its heap only what is in use: which free pages
 *     of that it has touched before says more of the collector than of what is measured
 * @param kernelBytes of the buffers of its connections, unread, unsent and reserved: ss(8), skmem
 */
record ServerCost(long processBytes, long kernelBytes, long descriptors, long threads) {
  private static final Pattern MEMORY =
      Pattern.compile("skmem:\\(r(\\d+),rb\\d+,t\\d+,tb\\d+,f(\\d+),w(\\d+),");

  static ServerCost of(Jobd jobd) throws Exception {
    String pid = Long.toString(jobd.pid());
    Path jcmd = Path.of(System.getProperty("java.home"), "bin/jcmd");
    String _ = output(jcmd.toString(), pid, "GC.run");
    JavaHeap heap = JavaHeap.parse(output(jcmd.toString(), pid, "GC.heap_info"));
    return new ServerCost(
        HostMemory.pss(pid) - HostMemory.pss(pid, heap.start(), heap.end()) + heap.used(),
        kernelBytes(jobd.address().getPort()),
        descriptors(jobd),
        entries(Path.of("/proc", pid, "task")));
  }

  static long descriptors(Jobd jobd) throws IOException {
    return entries(Path.of("/proc", Long.toString(jobd.pid()), "fd"));
  }

  static long maxDescriptors(Jobd jobd) throws IOException {
    Path limits = Path.of("/proc", Long.toString(jobd.pid()), "limits");
    String line =
        Files.readAllLines(limits).stream()
            .filter(text -> text.startsWith("Max open files"))
            .findFirst()
            .orElseThrow();
    return Long.parseLong(line.substring("Max open files".length()).strip().split(" ", 2)[0]);
  }

  private static long kernelBytes(int port) throws Exception {
    Matcher memory = MEMORY.matcher(output("ss", "-tmnH", "sport = :" + port));
    long bytes = 0;
    while (memory.find()) {
      for (int i = 1; i <= memory.groupCount(); i++) {
        bytes += Long.parseLong(memory.group(i));
      }
    }
    return bytes;
  }

  private static String output(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    if (process.waitFor() != 0) {
      throw new CommandFailedException(String.join(" ", command) + ": " + out);
    }
    return out;
  }

  private static long entries(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.count();
    }
  }
}
